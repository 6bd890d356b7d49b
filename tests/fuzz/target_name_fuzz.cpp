#include "bastion/policy/target_address.hpp"
#include "bastion/policy/target_names.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace gatehouse;
using namespace gatehouse::bastion;

namespace {

discovery::member server(const char* id, const char* address, const char* name)
{
    discovery::member made;
    made.id = id;
    made.address = boost::asio::ip::make_address(address);
    made.name = name;
    return made;
}

discovery::inventory::value_type group(const char* name, std::vector<discovery::member> members)
{
    return {name,
            std::make_shared<const discovery::group_snapshot>(discovery::group_snapshot{name, std::move(members), {}})};
}

const target_names& names()
{
    static const target_names made(
        {group("web", {server("I-0C", "10.0.0.3", "web.1"), server("i-0a", "10.0.0.1", "Web-One"),
                       server("i-0b", "2001:db8::1", "web-one")}),
         group("eu.web", {server("10.0.0.1", "10.0.0.1", "any.web"), server("i-0d", "::ffff:10.0.0.4", "")}),
         group("any", {server("i-0e", "fe80::1", "\xc3\xbc")}), group("none", {}),
         group("secret", {server("i-0s", "10.0.9.9", "vault")})},
        {"web", "eu.web", "any", "none"});
    return made;
}

std::string folded(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](char one) { return one >= 'A' && one <= 'Z' ? char(one + 32) : one; });
    return text;
}

// What the name says of the member, read the long way.
bool is_meant(std::string_view typed, name_form form, const resident& found)
{
    const auto means = [typed](const std::string& name) { return typed == name || typed == folded(name); };
    switch (form) {
    case name_form::id: return means(found.who->id);
    case name_form::name_tag: return means(found.who->name);
    case name_form::address: return read_address(typed) == plain(found.who->address);
    case name_form::any_of_group: return means("any." + found.group());
    case name_form::nth_of_group:
        return means(found.group() + '.' + std::to_string(found.who - found.home->members.data() + 1));
    case name_form::unknown: break;
    }
    return false;
}

}  // namespace

// Any name is nobody's or means those it finds: members of groups that rules name, each once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view typed(reinterpret_cast<const char*>(data), size);
    const auto made = names().resolve(typed, size * 7919);
    if ((made.form == name_form::unknown) != made.residents.empty()) std::abort();
    if (size > target_names::longest_name && !made.residents.empty()) std::abort();
    for (const auto& one : made.residents) {
        if (one.group() == "secret" || std::ranges::count(made.residents, one) != 1) std::abort();
        if (!is_meant(typed, made.form, one)) std::abort();
    }
    return 0;
}
