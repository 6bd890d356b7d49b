#include "bastion/identity/serial_set.hpp"

#include <algorithm>
#include <limits>

namespace gatehouse::bastion {

bool serial_set::add(std::uint64_t first, std::uint64_t last)
{
    if (first == 0 || first > last) return false;
    ranges_.emplace_back(first, last);
    return true;
}

bool serial_set::add_bitmap(std::uint64_t first, std::string_view bits)
{
    while (bits.starts_with('\0')) bits.remove_prefix(1);
    if (bits.empty()) return true;
    std::uint64_t highest = bits.size() * 8 - 1;
    const auto top = static_cast<unsigned char>(bits.front());
    for (unsigned mask = 0x80; (top & mask) == 0; mask >>= 1) --highest;
    if (highest > std::numeric_limits<std::uint64_t>::max() - first) return false;
    if (first == 0 && (bits.back() & 1) != 0) return false;
    bitmaps_.push_back({first, std::string(bits)});
    return true;
}

void serial_set::sort()
{
    std::sort(ranges_.begin(), ranges_.end());
    std::vector<std::pair<std::uint64_t, std::uint64_t>> merged;
    for (const auto& next : ranges_) {
        if (!merged.empty() && next.first <= merged.back().second)
            merged.back().second = std::max(merged.back().second, next.second);
        else
            merged.push_back(next);
    }
    ranges_ = std::move(merged);
}

bool serial_set::bitmap::has(std::uint64_t offset) const noexcept
{
    if (offset / 8 >= bits.size()) return false;
    return (static_cast<unsigned char>(bits[bits.size() - 1 - offset / 8]) >> (offset % 8) & 1U) != 0;
}

bool serial_set::contains(std::uint64_t serial) const noexcept
{
    const auto behind =
        std::upper_bound(ranges_.begin(), ranges_.end(), serial,
                         [](std::uint64_t value, const auto& range) { return value < range.first; });
    if (behind != ranges_.begin() && serial <= std::prev(behind)->second) return true;
    return std::any_of(bitmaps_.begin(), bitmaps_.end(), [&](const bitmap& each) {
        return serial >= each.first && each.has(serial - each.first);
    });
}

}  // namespace gatehouse::bastion
