#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// One option: `name` or `name="value"`. In the value \" is a quote; any other backslash is itself.
struct key_option {
    std::string name;  // in lower case
    std::optional<std::string> value;
};

// Reads options one by one off a list with commas. At the first mistake it ends, and error() says what it
// was.
class option_reader {
public:
    explicit option_reader(std::string_view list) noexcept : rest_(list) {}

    std::optional<key_option> next();
    const std::string& error() const noexcept { return error_; }

private:
    std::optional<key_option> refuse(std::string why);
    std::optional<std::string> unquote();

    std::string_view rest_;
    std::string error_;
    bool after_comma_ = false;
};

// Where the options at the begin of a line end: at the first blank outside of quotes, or the line's end.
// Empty when a quote is left open.
std::optional<std::size_t> options_size(std::string_view line) noexcept;

}  // namespace gatehouse::bastion
