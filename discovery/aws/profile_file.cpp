#include "discovery/aws/profile_file.hpp"

#include "discovery/aws/text_file.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/trim.hpp>

#include <array>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

using boost::algorithm::to_lower_copy;
using boost::algorithm::trim_copy;

constexpr std::string_view blanks = " \t\r\v\f";

// The name of the profile that a line heads; empty when it heads something else.
std::string heading(std::string_view line, profile_form form)
{
    const auto name = trim_copy(std::string(line.substr(1, line.find(']') - 1)));
    const auto blank = name.find_first_of(blanks);
    if (blank == name.npos) return form == profile_form::credentials || name == "default" ? name : "";
    const bool prefixed = form == profile_form::config && name.substr(0, blank) == "profile";
    return prefixed ? trim_copy(name.substr(blank)) : "";
}

// A value ends where a comment begins, which takes a blank before it.
std::string value_of(std::string_view text)
{
    for (auto mark = text.find_first_of("#;"); mark != text.npos; mark = text.find_first_of("#;", mark + 1))
        if (mark > 0 && blanks.find(text[mark - 1]) != blanks.npos) {
            text = text.substr(0, mark);
            break;
        }
    return trim_copy(std::string(text));
}

class reader {
public:
    explicit reader(profile_form form) : form_(form) {}

    void take(std::string_view line)
    {
        const auto indent = line.find_first_not_of(blanks);
        if (indent == line.npos || line[indent] == '#' || line[indent] == ';') return;
        if (line[indent] == '[' && line.find(']') != line.npos) {
            const auto name = heading(line.substr(indent), form_);
            current_ = name.empty() ? nullptr : &found_[name];
            setting_indent_ = line.npos;
            return;
        }
        // What stands deeper than a setting belongs to its value.
        const auto equals = line.find('=');
        if (!current_ || equals == line.npos || indent > setting_indent_) return;
        setting_indent_ = indent;
        (*current_)[to_lower_copy(trim_copy(std::string(line.substr(0, equals))))] =
            value_of(line.substr(equals + 1));
    }
    profiles found() && { return std::move(found_); }

private:
    profile_form form_;
    profiles found_;
    profile* current_ = nullptr;
    std::size_t setting_indent_ = std::string_view::npos;
};

api_error broken(std::string what)
{
    return {error_kind::authentication, 0, "", std::move(what)};
}

std::string setting(const profile& of, std::string_view name)
{
    const auto found = of.find(name);
    return found == of.end() ? std::string() : found->second;
}

struct shared_file {
    const char* variable;
    const char* below_home;
    profile_form form;
};
constexpr std::array shared_files{
    shared_file{"AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials", profile_form::credentials},
    shared_file{"AWS_CONFIG_FILE", "/.aws/config", profile_form::config},
};

// Empty when there is none; an error when one is named and cannot be read.
result<profiles> read(const shared_file& which, const environment& variables)
{
    const auto named = variables(which.variable);
    const auto home = variables("HOME");
    if (named.empty() && home.empty()) return profiles();
    const auto text = read_text_file(named.empty() ? home + which.below_home : named);
    if (text) return parse_profiles(*text, which.form);
    if (named.empty()) return profiles();
    return broken(std::string(which.variable) + ": " + named + ": " + text.error().message());
}

// What a profile says on how to get keys that is not followed here.
std::string_view elsewhere(const profile& of)
{
    for (const std::string_view name : {"role_arn", "credential_process", "sso_session", "sso_start_url"})
        if (of.contains(name)) return name;
    return {};
}

result<credentials> keys_in(const profile& of, const std::string& name)
{
    credentials keys;
    keys.access_key = setting(of, "aws_access_key_id");
    keys.secret_key = setting(of, "aws_secret_access_key");
    keys.session_token = setting(of, "aws_session_token");
    keys.source = "profile " + name;
    if (is_usable(keys)) return keys;
    if (const auto other = elsewhere(of); !other.empty())
        return broken("profile " + name + ": keys by " + std::string(other) + " are not supported");
    return broken("profile " + name + ": no usable keys");
}

source_result find(const environment& variables)
{
    const auto asked = variables("AWS_PROFILE");
    const auto name = asked.empty() ? "default" : asked;
    std::optional<api_error> failed;
    for (const auto& which : shared_files) {
        const auto all = read(which, variables);
        if (all.has_error()) return all.error();
        const auto found = all->find(name);
        if (found == all->end()) continue;
        const auto keys = keys_in(found->second, name);
        if (keys) return *keys;
        // A default profile without a word on keys, such as one with a region only, is none of this source.
        const bool wanted = !asked.empty() || found->second.contains("aws_access_key_id");
        if (wanted || !elsewhere(found->second).empty()) failed = keys.error();
    }
    if (failed) return *failed;
    if (!asked.empty()) return broken("AWS_PROFILE: there is no profile " + asked);
    return std::nullopt;
}

}  // namespace

profiles parse_profiles(std::string_view text, profile_form form)
{
    reader lines(form);
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.take(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return std::move(lines).found();
}

boost::asio::awaitable<source_result> profile_file::fetch()
{
    co_return find(variables_);
}

}  // namespace gatehouse::discovery::aws
