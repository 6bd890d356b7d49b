#include "conf/parse.hpp"
#include "conf/ssh_files.hpp"
#include "conf/syntax.hpp"
#include "conf/values.hpp"

namespace gatehouse::conf {
namespace {

constexpr std::size_t longest_key_line = 16 * 1024;

void read_login_name(const reader& at, std::string& to)
{
    const auto text = at.text();
    if (!text) return;
    to = *text;  // also a bad one: a rule that names it is not a second mistake
    if (!is_login_name(*text))
        at.fail("expected a name of 1-128 letters, digits, '.', '_', '-', '@' or '+', not beginning with '-', " +
                at.found(*text));
}

// What the key is worth is for the bastion to say, which knows the algorithms.
void read_key_line(const reader& at, std::vector<std::string>& to)
{
    const auto text = at.text_with_lines();
    if (!text) return;
    const auto first = text->find_first_not_of(" \t");
    if (text->find_first_of("\r\n") != std::string::npos)
        at.fail("expected one line with one key; a file of several goes into authorized_keys_file");
    else if (first == std::string::npos || text->at(first) == '#')
        at.fail("expected a public key such as 'ssh-ed25519 AAAA... alice@laptop', " + at.found(*text));
    else if (text->size() > longest_key_line)
        at.fail("is longer than 16 KiB");
    else
        to.push_back(*text);
}

void read_key_lines(const reader& at, std::vector<std::string>& to)
{
    at.none_or_more([&](const reader& item) { read_key_line(item, to); });
}

void read_keys_file(const reader& at, std::string& to)
{
    file_path(to)(at);
    if (to.empty() || at.pass().files == file_access::skipped) return;
    if (const auto problem = check_authorized_keys(to)) at.fail(*problem);
}

void read_groups(const reader& at, std::vector<std::string>& to)
{
    at.none_or_more([&](const reader& item) {
        const auto text = item.text();
        if (!text) return;
        to.push_back(*text);
        check_name(item, *text);
    });
}

void parse_ssh_user(const reader& at, ssh_user& to, bool certificates)
{
    at.mapping({
        {"name", section(read_login_name, to.name), presence::required},
        {"authorized_keys", section(read_key_lines, to.authorized_keys)},
        {"authorized_keys_file", section(read_keys_file, to.authorized_keys_file)},
        {"groups", section(read_groups, to.groups)},
    });
    if (certificates || !at.is(node::kind::mapping) || !at.sound({"authorized_keys"})) return;
    if (to.authorized_keys.empty() && !at.has("authorized_keys_file"))
        at.fail("cannot log in: authorized_keys or authorized_keys_file is needed where there is no user_ca");
}

}  // namespace

void parse_ssh_users(const reader& at, std::vector<ssh_user>& to, bool certificates)
{
    unique taken;
    at.items([&](const reader& item) {
        auto& one = to.emplace_back();
        parse_ssh_user(item, one, certificates);
        if (!one.name.empty()) taken.claim(item, one.name, "name '" + one.name + '\'');
    });
}

}  // namespace gatehouse::conf
