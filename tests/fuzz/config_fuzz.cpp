#include "conf/config.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// Any text is either a configuration or a list of problems, each with its place. Opens no files.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace gatehouse::conf;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto read = parse(text, "fuzz.yaml", file_access::skipped);
    if ((read.value != nullptr) != read.problems.empty()) std::abort();
    for (const auto& one : read.problems)
        if (size <= 4 * 1024 * 1024 && (one.line < 1 || one.column < 1)) std::abort();
    return 0;
}
