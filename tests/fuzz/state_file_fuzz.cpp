#include "discovery/state_file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>

using namespace gatehouse::discovery;

// What is on disk is refused with an exception or understood; what is understood survives being written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    remembered_groups read;
    try {
        read = read_remembered(std::string(reinterpret_cast<const char*>(data), size));
    } catch (const std::exception&) {
        return 0;
    }
    const auto again = read_remembered(write_remembered(read));
    if (again.size() != read.size()) std::abort();
    for (const auto& [name, group] : read) {
        const auto& other = again.at(name);
        if (other.source != group.source || other.snapshot->as_of != group.snapshot->as_of ||
            other.snapshot->members != group.snapshot->members)
            std::abort();
    }
    return 0;
}
