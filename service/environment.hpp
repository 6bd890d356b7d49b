#pragma once

#include <charconv>
#include <cstdlib>
#include <string>

namespace gatehouse::service {

// An environment variable that was meant for this process alone: returns it (empty when unset) and clears it,
// so that children do not take it for theirs. Not while other threads run.
inline std::string take_variable(const char* name)
{
    const char* value = std::getenv(name);
    std::string taken = value ? value : "";
    ::unsetenv(name);
    return taken;
}

// All of `text` as a number; 0 for anything else.
template <class Number> Number number_in(const std::string& text)
{
    Number value{};
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
    return wrong == std::errc() && end == text.data() + text.size() ? value : Number{};
}

}  // namespace gatehouse::service
