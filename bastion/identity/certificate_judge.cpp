#include "bastion/identity/certificate_judge.hpp"

#include "bastion/identity/address_patterns.hpp"
#include "bastion/identity/revocation_list.hpp"
#include "bastion/identity/signature.hpp"

#include <algorithm>

namespace gatehouse::bastion {
namespace {

using std::chrono::sys_seconds;

constexpr std::uint32_t user_certificate = 1;
constexpr std::uint64_t end_of_time = 253402300800;  // the year 10000: later ends would overflow finer clocks

using refused = std::optional<login_refusal>;

refused check_authority(const certificate& shown, const certificate_question& asked)
{
    if (std::ranges::find(asked.authorities, shown.authority) == asked.authorities.end())
        return login_refusal::unknown_authority;
    if (check_authority_key(shown.authority, asked.rules)) return login_refusal::unfit_authority;
    return check_signature(shown.authority, shown.signed_bytes, shown.signature);
}

refused check_time(const certificate& shown, sys_seconds now)
{
    const auto since_1970 =
        static_cast<std::uint64_t>(std::max<std::int64_t>(now.time_since_epoch().count(), 0));
    if (since_1970 < shown.valid_after) return login_refusal::not_yet_valid;
    if (since_1970 >= shown.valid_before) return login_refusal::certificate_expired;
    return std::nullopt;
}

refused check_principals(const certificate& shown, const std::vector<std::string>& wanted)
{
    if (shown.principals.empty()) return login_refusal::no_principals;
    const auto listed = [&](const std::string& name) {
        return std::ranges::count(shown.principals, name) > 0;
    };
    if (std::ranges::none_of(wanted, listed)) return login_refusal::principal_not_listed;
    return std::nullopt;
}

// The text that an option's data holds.
std::optional<std::string_view> text_in(const certificate_option& option)
{
    ssh_reader from(option.data);
    const auto text = from.text();
    if (!from.finished()) return std::nullopt;
    return text;
}

refused check_critical_options(const certificate& shown, const certificate_question& asked,
                               permissions& allowed)
{
    for (const auto& option : shown.critical_options) {
        const auto text = text_in(option);
        if (option.name == "source-address") {
            if (!text) return login_refusal::bad_critical_option;
            const auto networks = address_patterns::parse_networks(*text);
            if (!networks) return login_refusal::bad_critical_option;
            if (!networks->admit(asked.client)) return login_refusal::source_not_allowed;
        } else if (option.name == "force-command") {
            if (!text) return login_refusal::bad_critical_option;
            allowed.commands = false;
        } else {
            return login_refusal::unknown_critical_option;  // verify-required, too: libssh hides what it asks
                                                            // for
        }
    }
    return std::nullopt;
}

}  // namespace

certified::certified(const certificate& from, permissions allowed)
    : key_(from.key), key_id_(from.key_id), authority_fingerprint_(from.authority.sha256_fingerprint()),
      serial_(from.serial), allowed_(std::move(allowed))
{
    if (from.valid_before < end_of_time)
        valid_before_ = sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(from.valid_before)));
}

std::variant<login_refusal, certified> judge_certificate(const certificate& shown,
                                                         const certificate_question& asked)
{
    permissions allowed;
    allowed.forwarding = std::ranges::find(shown.extensions, "permit-port-forwarding",
                                           &certificate_option::name) != shown.extensions.end();
    if (is_security_key(shown.key.type())) return login_refusal::unknown_certificate_type;
    if (const auto why = check_user_key(shown.key, asked.rules)) return *why;
    if (const auto why = check_authority(shown, asked)) return *why;
    if (shown.kind != user_certificate) return login_refusal::not_for_users;
    if (const auto why = check_time(shown, asked.now)) return *why;
    if (const auto why = check_principals(shown, asked.principals)) return *why;
    if (const auto why = check_critical_options(shown, asked, allowed)) return *why;
    if (asked.revoked && asked.revoked->revokes(shown)) return login_refusal::revoked;
    return certified(shown, std::move(allowed));
}

}  // namespace gatehouse::bastion
