#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// Reads the data types of RFC 4251 section 5 off `bytes`, which must outlive it and every view it returned.
// The first thing that does not fit ends it: from then on all is empty or zero. So a caller reads a whole
// structure and asks once.
class ssh_reader {
public:
    explicit ssh_reader(std::string_view bytes) noexcept : rest_(bytes) {}

    std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number(1)); }
    std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() noexcept { return number(8); }
    std::string_view string() noexcept;
    std::string_view text() noexcept;      // a string without NUL, which C would cut there
    std::string_view positive() noexcept;  // an mpint above zero in its one encoding, without a sign byte

    void fail() noexcept;  // what was read cannot be right
    bool failed() const noexcept { return failed_; }
    bool more() const noexcept { return !rest_.empty(); }
    bool finished() const noexcept { return !failed_ && rest_.empty(); }  // all was read, and nothing is left
    std::string_view rest() const noexcept { return rest_; }

private:
    std::uint64_t number(std::size_t size) noexcept;

    std::string_view rest_;
    bool failed_ = false;
};

void append_ssh_string(std::string& to, std::string_view bytes);

}  // namespace gatehouse::bastion
