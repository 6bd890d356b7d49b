#include "bastion/identity/login_judge.hpp"

#include "bastion/identity/revocation_list.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::bastion {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

std::optional<sys_seconds> end_of(const key_options& options)
{
    if (!options.expires) return std::nullopt;
    return *options.expires + seconds(1);
}

std::optional<sys_seconds> earlier(std::optional<sys_seconds> one, std::optional<sys_seconds> other)
{
    if (!one || !other) return one ? one : other;
    return std::min(*one, *other);
}

}  // namespace

proven_login::proven_login(const authorized_key& line)
    : key_(line.key), allowed_(line.options.allowed), ends_(end_of(line.options))
{}

proven_login::proven_login(certified shown)
    : key_(shown.key()), certificate_(std::move(shown)), allowed_(certificate_->allowed()),
      ends_(certificate_->valid_before())
{}

proven_login::proven_login(certified shown, const authorized_key& line)
    : key_(shown.key()), certificate_(std::move(shown)),
      allowed_(restrict_to(line.options.allowed, certificate_->allowed())),
      ends_(earlier(certificate_->valid_before(), end_of(line.options)))
{}

class login_judge {
public:
    explicit login_judge(const login_question& asked) noexcept : asked_(asked) {}

    login_verdict of_key(const public_key& shown) const
    {
        if (const auto why = check_user_key(shown, asked_.rules)) return *why;
        if (asked_.revoked && asked_.revoked->revokes(shown)) return login_refusal::revoked;
        auto why = login_refusal::key_not_authorized;
        for (const auto& line : asked_.listed.keys) {
            if (line.options.authority || line.key != shown) continue;
            const auto refused = check_conditions(line.options, asked_.client, asked_.now);
            if (!refused) return proven_login(line);
            why = *refused;
        }
        return why;
    }

    login_verdict of_certificate(const certificate& shown) const
    {
        auto judged = judge(shown, {asked_.login}, asked_.authorities);
        if (auto* const good = std::get_if<certified>(&judged)) return proven_login(std::move(*good));
        auto why = std::get<login_refusal>(judged);
        for (const auto& line : asked_.listed.keys) {
            if (!line.options.authority || line.key != shown.authority) continue;
            auto by_line = of_line(shown, line);
            if (std::holds_alternative<proven_login>(by_line)) return by_line;
            why = std::get<login_refusal>(by_line);
        }
        return why;
    }

private:
    login_verdict of_line(const certificate& shown, const authorized_key& line) const
    {
        if (const auto why = check_conditions(line.options, asked_.client, asked_.now)) return *why;
        const auto& names = line.options.principals;
        auto judged = judge(shown, names.empty() ? std::vector{asked_.login} : names, {line.key});
        if (const auto* const why = std::get_if<login_refusal>(&judged)) return *why;
        return proven_login(std::get<certified>(std::move(judged)), line);
    }

    std::variant<login_refusal, certified> judge(const certificate& shown,
                                                 std::vector<std::string> principals,
                                                 const std::vector<public_key>& authorities) const
    {
        return judge_certificate(shown, {.principals = std::move(principals),
                                         .client = asked_.client,
                                         .now = asked_.now,
                                         .authorities = authorities,
                                         .revoked = asked_.revoked,
                                         .rules = asked_.rules});
    }

    const login_question& asked_;
};

login_verdict judge_login(std::string_view shown, const login_question& asked)
{
    const login_judge judge(asked);
    const auto key = public_key::parse(shown);
    if (key) return judge.of_key(*key);
    if (key.error() != login_refusal::certificate_for_key) return key.error();
    const auto read = certificate::parse(shown);
    if (!read) return read.error();
    return judge.of_certificate(*read);
}

}  // namespace gatehouse::bastion
