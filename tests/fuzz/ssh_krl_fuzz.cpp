#include "bastion/identity/revocation_list.hpp"
#include "conf/encoding.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace gatehouse;
using namespace gatehouse::bastion;

namespace {

void require(bool holds)
{
    if (!holds) std::abort();
}

const public_key& some_key()
{
    static const auto key = [] {
        std::string blob;
        append_ssh_string(blob, "ssh-ed25519");
        append_ssh_string(blob, '\x58' + std::string(31, '\x66'));
        return public_key::parse(blob).value();
    }();
    return key;
}

}  // namespace

// A list is read whole or refused in words that can be logged, and what was read can be asked.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view file(reinterpret_cast<const char*>(data), size);
    const auto read = revocation_list::parse(file);
    if (!read) {
        require(!read.error().empty() && !conf::first_bad_character(read.error()));
        return 0;
    }
    read->revokes(some_key());
    certificate shown{.key = some_key(), .authority = some_key()};
    for (const std::uint64_t serial : {0ULL, 1ULL, 1000ULL, ~0ULL}) {
        shown.serial = serial;
        read->revokes(shown);
    }
    return 0;
}
