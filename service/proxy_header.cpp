#include "service/proxy_header.hpp"

#include "service/crc32c.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstdint>

namespace gatehouse::service {
namespace {

namespace ip = boost::asio::ip;
using status = proxy_header::status;

constexpr std::string_view signature_1 = "PROXY ";
constexpr std::string_view signature_2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t longest_line = 107, fixed_2 = 16, longest_2 = 4096;

proxy_header bad() noexcept
{
    proxy_header made;
    made.state = status::bad;
    return made;
}

// The next word of a version 1 line, which one space ends. Empty when there is none.
std::string_view next_word(std::string_view& line) noexcept
{
    const auto end = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

template <class Bytes> bool parse_address(int family, std::string_view text, Bytes& out) noexcept
{
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size()) return false;
    text.copy(terminated.data(), text.size());
    return inet_pton(family, terminated.data(), out.data()) == 1;
}

std::optional<ip::address> parse_address(bool v6, std::string_view text) noexcept
{
    if (v6) {
        ip::address_v6::bytes_type bytes;
        if (!parse_address(AF_INET6, text, bytes)) return std::nullopt;
        return ip::address(ip::address_v6(bytes));
    }
    ip::address_v4::bytes_type bytes;
    if (!parse_address(AF_INET, text, bytes)) return std::nullopt;
    return ip::address(ip::address_v4(bytes));
}

std::optional<std::uint16_t> parse_port(std::string_view digits) noexcept
{
    if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
    std::uint16_t port = 0;
    const auto [stopped, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (problem != std::errc{} || stopped != digits.data() + digits.size()) return std::nullopt;
    return port;
}

// "TCP4 source destination port port", without CRLF.
bool parse_addresses_1(std::string_view line, proxy_header& out) noexcept
{
    if (std::count(line.begin(), line.end(), ' ') != 4) return false;
    const auto family = next_word(line);
    if (family != "TCP4" && family != "TCP6") return false;
    const bool v6 = family == "TCP6";
    const auto source = parse_address(v6, next_word(line)), destination = parse_address(v6, next_word(line));
    const auto source_port = parse_port(next_word(line)), destination_port = parse_port(line);
    if (!source || !destination || !source_port || !destination_port) return false;
    out.source.emplace(*source, *source_port);
    out.destination.emplace(*destination, *destination_port);
    return true;
}

proxy_header parse_version_1(std::string_view bytes) noexcept
{
    const auto window = bytes.substr(0, longest_line);
    const auto end = window.find_first_of("\r\n");
    const bool open = end == std::string_view::npos || end + 1 == bytes.size();
    if (end != std::string_view::npos && window[end] == '\n') return bad();
    if (open) return window.size() == longest_line ? bad() : proxy_header{};
    if (end + 1 >= window.size() || window[end + 1] != '\n') return bad();
    proxy_header made;
    made.state = status::complete;
    made.size = end + 2;
    const auto line = window.substr(signature_1.size(), end - signature_1.size());
    // What follows UNKNOWN is to be ignored (2.1).
    if (line == "UNKNOWN" || line.substr(0, 8) == "UNKNOWN ") return made;
    return parse_addresses_1(line, made) ? made : bad();
}

unsigned byte_at(std::string_view bytes, std::size_t at) noexcept
{
    return static_cast<unsigned char>(bytes[at]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) noexcept
{
    return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

// `header` is the whole of it, `at` where the checksum's four bytes lie: they count as zero (2.2.3).
bool checksum_holds(std::string_view header, std::size_t at) noexcept
{
    crc32c sum;
    sum.add(header.substr(0, at));
    sum.add(std::string_view("\0\0\0\0", 4));
    sum.add(header.substr(at + 4));
    const auto sent = static_cast<std::uint32_t>(number_at(header, at)) << 16 | number_at(header, at + 2);
    return sum.value() == sent;
}

// The type-length-value records from `at` to the end.
bool records_hold(std::string_view header, std::size_t at) noexcept
{
    constexpr unsigned checksum = 0x03;
    while (at < header.size()) {
        if (header.size() - at < 3) return false;
        const auto type = byte_at(header, at);
        const std::size_t length = number_at(header, at + 1);
        at += 3;
        if (header.size() - at < length) return false;
        if (type == checksum && (length != 4 || !checksum_holds(header, at))) return false;
        at += length;
    }
    return true;
}

template <class Address> std::size_t take_addresses(std::string_view header, proxy_header& out)
{
    typename Address::bytes_type source, destination;
    constexpr auto size = source.size(), ports = fixed_2 + 2 * size;
    header.copy(reinterpret_cast<char*>(source.data()), size, fixed_2);
    header.copy(reinterpret_cast<char*>(destination.data()), size, fixed_2 + size);
    out.source.emplace(Address(source), number_at(header, ports));
    out.destination.emplace(Address(destination), number_at(header, ports + 2));
    return ports + 4;
}

// Address family and transport of a PROXY command (2.2).
proxy_header parse_family_2(std::string_view header, proxy_header made)
{
    constexpr std::size_t tcp4_size = 12, tcp6_size = 36, unix_size = 216;
    const auto length = header.size() - fixed_2;
    std::size_t records = fixed_2;
    switch (byte_at(header, 13)) {
    case 0x00: return made;  // UNSPEC: to be skipped as a whole
    case 0x11:
        if (length < tcp4_size) return bad();
        records = take_addresses<ip::address_v4>(header, made);
        break;
    case 0x21:
        if (length < tcp6_size) return bad();
        records = take_addresses<ip::address_v6>(header, made);
        break;
    case 0x31:
        if (length < unix_size) return bad();
        records = fixed_2 + unix_size;
        break;
    default: return bad();  // datagrams cannot have brought an HTTP connection
    }
    return records_hold(header, records) ? made : bad();
}

proxy_header parse_version_2(std::string_view bytes)
{
    constexpr unsigned local = 0x20, proxy = 0x21;
    if (bytes.size() > 12 && byte_at(bytes, 12) != local && byte_at(bytes, 12) != proxy) return bad();
    if (bytes.size() < fixed_2) return {};
    const auto size = fixed_2 + number_at(bytes, 14);
    if (size > longest_2) return bad();
    if (bytes.size() < size) return {};
    proxy_header made;
    made.state = status::complete;
    made.size = size;
    if (byte_at(bytes, 12) == local) return made;  // the proxy's own connection, such as a health check
    return parse_family_2(bytes.substr(0, size), made);
}

}  // namespace

proxy_header parse_proxy_header(std::string_view bytes)
{
    const auto starts = [bytes](std::string_view signature) {
        const auto common = std::min(bytes.size(), signature.size());
        return bytes.substr(0, common) == signature.substr(0, common);
    };
    if (starts(signature_2))
        return bytes.size() < signature_2.size() ? proxy_header{} : parse_version_2(bytes);
    if (starts(signature_1))
        return bytes.size() < signature_1.size() ? proxy_header{} : parse_version_1(bytes);
    return bad();
}

}  // namespace gatehouse::service
