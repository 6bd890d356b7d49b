#include "bastion/identity/authorized_keys.hpp"
#include "conf/encoding.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace gatehouse;
using namespace gatehouse::bastion;

namespace {

void require(bool holds)
{
    if (!holds) std::abort();
}

void check(const authorized_key& each, const key_rules& rules)
{
    require(!check_user_key(each.key, rules));
    require(each.options.principals.empty() || each.options.authority);
    require(!each.options.allowed.forwarding || each.options.allowed.targets.empty() ||
            !may_open(each.options.allowed, "", 0));
    const std::chrono::sys_seconds now(std::chrono::seconds(1767225600));
    for (const auto* const client : {"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"})
        check_conditions(each.options, boost::asio::ip::make_address(client), now);
}

}  // namespace

// Each line counts or is refused once, in words that can be logged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const key_rules rules{.security_keys = true};
    const auto read = parse_authorized_keys(text, rules);
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    require(read.keys.size() + read.refused.size() <= lines);
    for (const auto& each : read.keys) check(each, rules);
    for (const auto& each : read.refused)
        require(!each.why.empty() && !conf::first_bad_character(each.why) && each.line >= 1 &&
                each.line <= lines);
    return 0;
}
