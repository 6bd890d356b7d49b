#include "bastion/identity/key_line.hpp"

#include "bastion/identity/base64.hpp"
#include "bastion/identity/ssh_reader.hpp"

#include <algorithm>

namespace gatehouse::bastion {

std::string_view take_line(std::string_view& text) noexcept
{
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

std::string_view trimmed(std::string_view text) noexcept
{
    constexpr std::string_view blanks = " \t\r";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::string_view take_word(std::string_view& text) noexcept
{
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    const auto word = text.substr(0, end);
    text = trimmed(text.substr(end));
    return word;
}

std::optional<key_line> read_key_line(std::string_view line)
{
    const auto type = take_word(line);
    auto blob = decode_base64(take_word(line));
    if (!blob) return std::nullopt;
    ssh_reader from(*blob);
    if (const auto said = from.string(); from.failed() || said != type || said.empty()) return std::nullopt;
    return key_line{std::string(type), std::move(*blob), std::string(line)};
}

}  // namespace gatehouse::bastion
