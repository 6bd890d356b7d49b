#include "conf/parse.hpp"
#include "conf/syntax.hpp"
#include "conf/values.hpp"

#include <algorithm>
#include <string_view>

namespace gatehouse::conf {
namespace {

// Values of one kind of condition, each of which `good` accepts; `form` says what that is.
take patterns(std::vector<std::string>& to, bool (*good)(std::string_view), std::string_view form)
{
    return [&to, good, form](const reader& list) {
        list.one_or_more([&](const reader& at) {
            const auto text = at.text();
            if (!text) return;
            if (good(*text))
                to.push_back(*text);
            else
                at.fail("expected " + std::string(form) + ", " + at.found(*text));
        });
    };
}

bool is_value_pattern(std::string_view text)
{
    return text.size() <= 1024;
}  // empty: the value is empty

std::string lower_case(std::string text)
{
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

using value_map = std::map<std::string, std::vector<std::string>>;

void check_entries(const reader& at)
{
    if (at.is(node::kind::mapping) && at.empty()) at.fail("at least one name is needed");
}

void parse_headers_matched(const reader& at, value_map& to)
{
    unique taken;
    check_entries(at);
    at.entries([&](const std::string& name, const reader& key, const reader& value) {
        if (!is_token(name))
            key.fail("expected the name of a header field");
        else
            taken.claim(key, lower_case(name), "header '" + name + '\'');
        patterns(to[name], is_value_pattern, "at most 1024 bytes")(value);
    });
}

void parse_query(const reader& at, value_map& to)
{
    check_entries(at);
    at.entries([&](const std::string& name, const reader&, const reader& value) {
        patterns(to[name], is_value_pattern, "at most 1024 bytes")(value);
    });
}

}  // namespace

void parse_match(const reader& at, match& to)
{
    if (at.is(node::kind::mapping) && at.empty())
        return at.fail(
            "at least one of host, path, method, header, query and source is needed; what every other "
            "request gets stands under default");
    at.mapping({
        {"host", patterns(to.host, is_host_pattern, "a host name without port, '*' and '?' are wildcards")},
        {"path",
         patterns(to.path, is_path_pattern,
                  "a path that starts with '/' or '*', at most 1024 visible ASCII characters without '#'")},
        {"method", patterns(to.method, is_method, "an upper-case method such as GET")},
        {"header", section(parse_headers_matched, to.header)},
        {"query", section(parse_query, to.query)},
        {"source", network_list(to.source)},
    });
}

}  // namespace gatehouse::conf
