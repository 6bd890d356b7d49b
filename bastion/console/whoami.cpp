#include "bastion/console/commands.hpp"
#include "bastion/console/terminal_text.hpp"
#include "bastion/policy/target_address.hpp"
#include "bastion/utc_text.hpp"

namespace gatehouse::bastion {
namespace {

std::string joined(std::span<const std::string> names)
{
    std::string text;
    for (const auto& one : names) (text += text.empty() ? "" : ",") += one;
    return text;
}

}  // namespace

console_answer whoami(const console_question& asked, std::string_view)
{
    console_answer told;
    const auto add = [&told](std::string_view key, std::string_view value) {
        if (!value.empty()) ((told.text += key) += ": ") += terminal_text(value) + '\n';
    };
    add("user", asked.user);
    add("groups", joined(asked.rules.people->groups_of(asked.user)));
    add("admin", asked.rules.people->is_admin(asked.user) ? "yes" : "no");
    add("key", asked.key);
    add("ca", asked.ca);
    add("source", plain(asked.source).to_string());
    add("session", asked.session);
    add("ends", asked.ends ? utc_text(*asked.ends) : "");
    add("forwarding", asked.may_forward ? "yes" : "no");
    return told;
}

}  // namespace gatehouse::bastion
