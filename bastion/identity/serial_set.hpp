#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::bastion {

// Serial numbers of certificates, as a revocation list has them. Holds no more than the list's own size.
class serial_set {
public:
    // Both false, and without effect, for numbers that no list may hold: 0, which means "none", and ranges
    // that end before they begin or wrap around.
    bool add(std::uint64_t first, std::uint64_t last);
    bool add_bitmap(std::uint64_t first, std::string_view bits);  // big endian: its last bit is `first`

    void sort();  // after the last add(), before the first contains()
    bool contains(std::uint64_t serial) const noexcept;

private:
    struct bitmap {
        std::uint64_t first;
        std::string bits;
        bool has(std::uint64_t offset) const noexcept;
    };

    std::vector<std::pair<std::uint64_t, std::uint64_t>>
        ranges_;  // inclusive; apart and ascending once sorted
    std::vector<bitmap> bitmaps_;
};

}  // namespace gatehouse::bastion
