#include "bastion/identity/ssh_reader.hpp"

namespace gatehouse::bastion {

void ssh_reader::fail() noexcept
{
    failed_ = true;
    rest_ = {};
}

std::uint64_t ssh_reader::number(std::size_t size) noexcept
{
    if (rest_.size() < size) {
        fail();
        return 0;
    }
    std::uint64_t read = 0;
    for (const char c : rest_.substr(0, size)) read = read << 8 | static_cast<unsigned char>(c);
    rest_.remove_prefix(size);
    return read;
}

std::string_view ssh_reader::string() noexcept
{
    const auto size = u32();
    if (rest_.size() < size) fail();
    if (failed_) return {};
    const auto read = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return read;
}

std::string_view ssh_reader::text() noexcept
{
    const auto read = string();
    if (read.find('\0') == std::string_view::npos) return read;
    fail();
    return {};
}

std::string_view ssh_reader::positive() noexcept
{
    auto read = string();
    const auto high_bit = [&](std::size_t at) { return at < read.size() && (read[at] & 0x80) != 0; };
    if (read.empty() || high_bit(0) || (read[0] == '\0' && !high_bit(1))) {
        fail();
        return {};
    }
    if (read[0] == '\0') read.remove_prefix(1);
    return read;
}

void append_ssh_string(std::string& to, std::string_view bytes)
{
    for (const unsigned shift : {24U, 16U, 8U, 0U}) to += static_cast<char>(bytes.size() >> shift & 0xffU);
    to += bytes;
}

}  // namespace gatehouse::bastion
