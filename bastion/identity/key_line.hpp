#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// "ssh-ed25519 AAAA... comment", as in files of public keys: the type, the decoded key and what stands
// behind.
struct key_line {
    std::string type, blob;
    std::string comment;  // without surrounding blanks
};

// Empty when the line has another form, or when the key says that its type is another one.
std::optional<key_line> read_key_line(std::string_view line);

// Takes the first line off `text`, without its line feed.
std::string_view take_line(std::string_view& text) noexcept;
std::string_view trimmed(std::string_view text) noexcept;  // without blanks, tabs and carriage returns around
std::string_view take_word(std::string_view& text) noexcept;  // up to a blank or tab; leaves the rest trimmed

}  // namespace gatehouse::bastion
