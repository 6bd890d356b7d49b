#pragma once

#include "conf/near_miss.hpp"
#include "conf/reader.hpp"
#include "conf/units.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::conf {

// How the fields of a struct are read: each returns a reader that stores a good value and reports a bad one.
// They keep references to their targets.

struct whole_range {
    std::uint64_t lowest, highest;
};
std::optional<std::uint64_t> read_count(const reader& at, whole_range allowed);
template <class T> take count_in(T& to, T lowest, T highest)
{
    return [&to, lowest, highest](const reader& at) {
        if (const auto value = read_count(at, {lowest, highest})) to = static_cast<T>(*value);
    };
}
take port(std::uint16_t& to);                // 1 .. 65535
take port(std::optional<std::uint16_t>& to);  // 1 .. 65535
take duration_in(duration& to, duration lowest, duration highest);
take duration_in(std::optional<duration>& to, duration lowest, duration highest);
take duration_or_zero(duration& to, duration lowest, duration highest);  // 0s turns something off
take size_in(std::size_t& to, std::size_t lowest, std::size_t highest);
take percentage(unsigned& to);        // 0% .. 100%
take percentage_or_off(unsigned& to);  // off is 0
take boolean(bool& to);

std::optional<std::size_t> read_choice(const reader& at, const names& allowed);
// One word of a closed set.
template <class E> take choice(E& to, std::initializer_list<std::pair<std::string_view, E>> allowed)
{
    return [&to, allowed = std::vector(allowed)](const reader& at) {
        names words;
        for (const auto& one : allowed) words.emplace_back(one.first);
        if (const auto chosen = read_choice(at, words)) to = allowed[*chosen].second;
    };
}

// A name of `known`; `what` says in a message what kind of name: "group".
take reference(std::string& to, const names& known, std::string_view what);

take name(std::string& to);  // 1-64 letters, digits, '.', '_' and '-'
bool check_name(const reader& at, const std::string& text);
take label(std::string& to);                 // free text of one line, at most 256 bytes
take file_path(std::string& to);             // relative ones start at the configuration's folder
take log_path(std::string& to);              // the same, or "-" for standard output
take worker_count(unsigned& to);             // 1 .. 1024; auto is 0
take network_list(std::vector<network>& to);  // at least one

// A struct that has its own parse function.
template <class T> take section(void (*parse)(const reader&, T&), T& to)
{
    return [parse, &to](const reader& at) { parse(at, to); };
}
template <class T> take section(void (*parse)(const reader&, T&), std::optional<T>& to)
{
    return [parse, &to](const reader& at) { parse(at, to.emplace()); };
}

}  // namespace gatehouse::conf
