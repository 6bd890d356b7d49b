#include "lb/router/conditions.hpp"

#include <algorithm>

namespace gatehouse::lb {

namespace {

std::vector<glob> globs(const std::vector<std::string>& patterns, letters how,
                        escaping escapes = escaping::none)
{
    std::vector<glob> compiled;
    for (const auto& pattern : patterns) compiled.emplace_back(pattern, how, escapes);
    return compiled;
}

bool any_matches(const std::vector<glob>& patterns, std::string_view text) noexcept
{
    return std::ranges::any_of(patterns, [&](const glob& pattern) { return pattern.matches(text); });
}

// A client may encode any byte, so a rule must see through it; but an encoded byte may be what is asked for.
bool matches_either(const glob& pattern, std::string_view sent) noexcept
{
    return pattern.matches(sent) || (sent.find('%') != sent.npos && pattern.matches_decoded(sent));
}

std::string spelled(std::string_view text)
{
    return std::string(text.empty() ? "(none)" : text);
}

template <class Items, class Text> std::string alternatives(const Items& items, Text text)
{
    std::string joined;
    for (const auto& item : items) {
        if (!joined.empty()) joined += " or ";
        joined += text(item);
    }
    return joined;
}

std::string alternatives(const std::vector<std::string>& items)
{
    return alternatives(items, [](const std::string& item) { return item; });
}

std::string alternatives(const std::vector<glob>& items)
{
    return alternatives(items, [](const glob& item) { return item.text(); });
}

}  // namespace

conditions::conditions(const conf::match& from)
    : methods_(from.method), hosts_(globs(from.host, letters::folded)),
      paths_(globs(from.path, letters::exact))
{
    for (const auto& block : from.source) {
        sources_.emplace_back(block);
        source_texts_.push_back(block.address + '/' + std::to_string(block.prefix));
    }
    for (const auto& [name, values] : from.header)
        headers_.push_back({glob(name, letters::folded), globs(values, letters::folded)});
    constexpr auto escapes = escaping::by_backslash;
    for (const auto& [key, values] : from.query)
        queries_.push_back({glob(key, letters::folded, escapes), globs(values, letters::folded, escapes)});
}

conditions::mismatch conditions::check(const route_request& asked, std::string_view host) const noexcept
{
    const auto& head = asked.head;
    if (!methods_.empty() && std::ranges::count(methods_, head.method_text.of(asked.bytes)) == 0)
        return {kind::method};
    const auto holds = [&](const service::address_block& block) { return block.contains(asked.source); };
    if (!sources_.empty() && std::ranges::none_of(sources_, holds)) return {kind::source};
    if (!hosts_.empty() && !any_matches(hosts_, host)) return {kind::host};
    if (!paths_.empty() && !any_matches(paths_, path_of(asked))) return {kind::path};
    for (std::size_t at = 0; at < headers_.size(); ++at)
        if (!found(headers_[at], asked)) return {kind::header, at};
    for (std::size_t at = 0; at < queries_.size(); ++at)
        if (!present(queries_[at], head.query.of(asked.bytes))) return {kind::query, at};
    return {};
}

bool conditions::found(const named& wanted, const route_request& asked) noexcept
{
    return std::ranges::any_of(asked.head.fields, [&](const http::field& field) {
        return equal_folded(wanted.name.text(), field.name.of(asked.bytes)) &&
               any_matches(wanted.values, field.value.of(asked.bytes));
    });
}

bool conditions::present(const named& wanted, std::string_view query) noexcept
{
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        const auto value = pair.substr(std::min(equals + 1, pair.size()));
        const auto matches = [&](const glob& pattern) { return matches_either(pattern, value); };
        if (!pair.empty() && matches_either(wanted.name, pair.substr(0, equals)) &&
            std::ranges::any_of(wanted.values, matches))
            return true;
    }
    return false;
}

std::string conditions::describe(mismatch why, const route_request& asked) const
{
    switch (why.what) {
    case kind::none: return "matches";
    case kind::method:
        return "method " + spelled(asked.head.method_text.of(asked.bytes)) + " is not " +
               alternatives(methods_);
    case kind::source:
        return "source " + asked.source.to_string() + " is not in " + alternatives(source_texts_);
    case kind::host: return "host " + spelled(host_of(asked)) + " does not match " + alternatives(hosts_);
    case kind::path: return "path " + spelled(path_of(asked)) + " does not match " + alternatives(paths_);
    case kind::header:
        return "no field " + headers_[why.index].name.text() + " matches " +
               alternatives(headers_[why.index].values);
    case kind::query:
        return "no query parameter " + queries_[why.index].name.text() + " matches " +
               alternatives(queries_[why.index].values);
    }
    return {};
}

}  // namespace gatehouse::lb
