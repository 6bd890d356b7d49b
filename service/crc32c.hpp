#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gatehouse::service {

// CRC-32C (Castagnoli), as RFC 3720 B.4 and the PROXY protocol have it. Fed in pieces.
class crc32c {
public:
    void add(std::string_view bytes) noexcept
    {
        for (const char c : bytes) sum_ = table[(sum_ ^ static_cast<unsigned char>(c)) & 0xff] ^ (sum_ >> 8);
    }
    std::uint32_t value() const noexcept { return ~sum_; }

private:
    static constexpr auto table = [] {
        std::array<std::uint32_t, 256> made{};
        for (std::uint32_t i = 0; i < made.size(); ++i) {
            auto sum = i;
            for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ (0x82f63b78 & (~(sum & 1) + 1));
            made[i] = sum;
        }
        return made;
    }();

    std::uint32_t sum_ = 0xffffffff;
};

}  // namespace gatehouse::service
