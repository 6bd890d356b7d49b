#include "conf/address.hpp"

#include "conf/scalars.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace gatehouse::conf {
namespace {

// Asio has all this, but its compiled part lies in a room that this one may not enter.
struct literal {
    int family = AF_INET;
    std::array<std::uint8_t, 16> bytes{};
    std::size_t size() const noexcept { return family == AF_INET ? 4 : 16; }
};

std::optional<literal> parse_literal(std::string_view text)
{
    const std::string copy(text);
    literal made;
    if (copy.find('\0') != std::string::npos) return std::nullopt;
    if (inet_pton(AF_INET, copy.c_str(), made.bytes.data()) == 1) return made;
    made.family = AF_INET6;
    if (inet_pton(AF_INET6, copy.c_str(), made.bytes.data()) == 1) return made;
    return std::nullopt;
}

std::string canonical(const literal& address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    return inet_ntop(address.family, address.bytes.data(), text.data(), text.size());
}

// The IPv4 address inside ::ffff:a.b.c.d, any other as it is.
literal unmapped(const std::string& text)
{
    auto address = parse_literal(text).value_or(literal{});
    constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (address.family != AF_INET6 || !std::equal(prefix.begin(), prefix.end(), address.bytes.begin()))
        return address;
    literal v4;
    std::copy_n(address.bytes.begin() + 12, 4, v4.bytes.begin());
    return v4;
}

}  // namespace

std::optional<std::string> parse_address(std::string_view text)
{
    const auto parsed = parse_literal(text);
    if (!parsed) return std::nullopt;
    return canonical(*parsed);
}

std::optional<bind_address> parse_bind_address(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto address = parse_literal(host);
    const auto port = parse_count(text.substr(colon + 1));
    if (!address || bracketed != (address->family == AF_INET6) || !port || *port > 65535) return std::nullopt;
    return bind_address{canonical(*address), static_cast<std::uint16_t>(*port)};
}

std::optional<network> parse_network(std::string_view text)
{
    const auto slash = text.find('/');
    auto address = parse_literal(text.substr(0, slash));
    if (!address) return std::nullopt;
    const auto bits = address->size() * 8;
    const auto prefix = slash == std::string_view::npos ? bits : parse_count(text.substr(slash + 1));
    if (!prefix || *prefix > bits) return std::nullopt;
    for (auto bit = *prefix; bit < bits; ++bit) {
        auto& byte = address->bytes[bit / 8];
        byte = static_cast<std::uint8_t>(byte & ~(0x80U >> (bit % 8)));
    }
    return network{canonical(*address), static_cast<unsigned>(*prefix)};
}

std::string to_string(const bind_address& bind)
{
    const bool v6 = bind.address.find(':') != std::string::npos;
    return (v6 ? '[' + bind.address + ']' : bind.address) + ':' + std::to_string(bind.port);
}

bool is_loopback(const std::string& address)
{
    const auto bare = unmapped(address);
    if (bare.family == AF_INET) return bare.bytes[0] == 127;
    return canonical(bare) == "::1";
}

bool is_unspecified(const std::string& address)
{
    const auto bare = unmapped(address);
    return std::ranges::count(std::span(bare.bytes).first(bare.size()), 0) ==
           static_cast<std::ptrdiff_t>(bare.size());
}

bool is_multicast(const std::string& address)
{
    const auto bare = unmapped(address);
    return bare.family == AF_INET ? (bare.bytes[0] & 0xf0) == 0xe0 : bare.bytes[0] == 0xff;
}

}  // namespace gatehouse::conf
