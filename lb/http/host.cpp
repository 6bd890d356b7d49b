#include "lb/http/host.hpp"

#include "lb/http/characters.hpp"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstdint>

namespace gatehouse::lb::http {
namespace {

bool valid_port(std::string_view digits) noexcept
{
    if (digits.empty()) return true;  // RFC 3986 3.2.3: port = *DIGIT
    std::uint16_t port = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stopped, problem] = std::from_chars(digits.data(), end, port);
    return problem == std::errc{} && stopped == end;
}

bool valid_ipv6(std::string_view text) noexcept
{
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size()) return false;
    text.copy(terminated.data(), text.size());
    in6_addr parsed{};
    return inet_pton(AF_INET6, terminated.data(), &parsed) == 1;
}

bool valid_name(std::string_view text) noexcept
{
    if (all_are(text, character::name)) return !text.empty();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is(text[i], character::name)) continue;
        if (text[i] != '%' || text.size() - i < 3 || !all_are(text.substr(i + 1, 2), character::hex))
            return false;
        i += 2;
    }
    return true;
}

}  // namespace

bool valid_authority(std::string_view text) noexcept
{
    if (text.empty()) return false;
    if (text.front() == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos || !valid_ipv6(text.substr(1, end - 1))) return false;
        const auto rest = text.substr(end + 1);
        return rest.empty() || (rest.front() == ':' && valid_port(rest.substr(1)));
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return valid_name(text);
    return valid_name(text.substr(0, colon)) && valid_port(text.substr(colon + 1));
}

}  // namespace gatehouse::lb::http
