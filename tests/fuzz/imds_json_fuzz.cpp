#include "conf/encoding.hpp"
#include "discovery/aws/imds_answers.hpp"
#include "discovery/aws/iso_time.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace gatehouse;
using namespace gatehouse::discovery::aws;

namespace {

void require(bool holds)
{
    if (!holds) std::abort();
}

void check(const api_error& failed)
{
    require(failed.code.size() <= longest_code + 3 && failed.message.size() <= longest_message + 3);
    require(!conf::first_bad_character(failed.code) && !conf::first_bad_character(failed.message));
}

}  // namespace

// Keys that are accepted can stand in a request's fields, and their end is a time that can be reckoned with.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    const auto read = read_role_credentials(body, "fuzz");
    if (read.has_error()) check(read.error());
    if (read) {
        require(is_usable(*read));
        if (read->expires) require(basic_iso_time(*read->expires).size() == 16);
    }
    check(read_role_error(400, body));
    if (const auto time = parse_iso_time(body)) require(basic_iso_time(*time).size() == 16);
    return 0;
}
