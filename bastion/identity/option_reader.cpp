#include "bastion/identity/option_reader.hpp"

#include "bastion/identity/quoted.hpp"

#include <algorithm>

namespace gatehouse::bastion {

std::optional<key_option> option_reader::refuse(std::string why)
{
    error_ = std::move(why);
    rest_ = {};
    after_comma_ = false;
    return std::nullopt;
}

std::optional<key_option> option_reader::next()
{
    if (rest_.empty()) return after_comma_ ? refuse("a comma with no option behind it") : std::nullopt;
    const auto end = std::min(rest_.find_first_of("=,"), rest_.size());
    key_option read{std::string(rest_.substr(0, end)), std::nullopt};
    if (read.name.empty()) return refuse("an option without a name");
    std::ranges::transform(read.name, read.name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    rest_.remove_prefix(end);
    if (rest_.starts_with('=')) {
        rest_.remove_prefix(1);
        read.value = unquote();
        if (!read.value) return refuse("the value of " + quoted(read.name) + " is not in quotes");
    }
    after_comma_ = rest_.starts_with(',');
    if (after_comma_)
        rest_.remove_prefix(1);
    else if (!rest_.empty())
        return refuse("no comma behind the value of " + quoted(read.name));
    return read;
}

std::optional<std::string> option_reader::unquote()
{
    if (!rest_.starts_with('"')) return std::nullopt;
    rest_.remove_prefix(1);
    std::string value;
    while (!rest_.empty() && rest_.front() != '"') {
        if (rest_.starts_with("\\\"")) rest_.remove_prefix(1);
        value += rest_.front();
        rest_.remove_prefix(1);
    }
    if (rest_.empty()) return std::nullopt;
    rest_.remove_prefix(1);
    return value;
}

std::optional<std::size_t> options_size(std::string_view line) noexcept
{
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char c = line[at];
        if (!quoted && (c == ' ' || c == '\t')) return at;
        if (c == '\\' && at + 1 < line.size() && line[at + 1] == '"')
            ++at;
        else if (c == '"')
            quoted = !quoted;
    }
    if (quoted) return std::nullopt;
    return line.size();
}

}  // namespace gatehouse::bastion
