#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::lb {

// Bytes to send in one go, in order: small pieces copied into one run at the front, large ones borrowed.
// Borrowed views must stay valid until the bytes are sent or kept. Reused from send to send: keeps its storage.
class gather {
public:
    static constexpr std::size_t copy_up_to = 4096;  // below this a memcpy is cheaper than one more iovec

    // The run at the front, to append to. Only before anything was borrowed.
    std::string& front() noexcept { return front_; }
    bool only_front() const noexcept { return borrowed_count_ == 0; }

    void add(std::string_view part)
    {
        if (part.empty()) return;
        total_borrowed_ += part.size();
        if (borrowed_count_ == 0 && part.size() <= copy_up_to && front_.size() < front_limit) {
            total_borrowed_ -= part.size();
            front_.append(part);
        } else if (back_.empty() && borrowed_count_ < borrowed_.size()) {
            borrowed_[borrowed_count_++] = part;
        } else {
            back_.append(part);  // order is kept: once something is here, all that follows is
        }
    }

    std::size_t size() const noexcept { return front_.size() + total_borrowed_; }
    bool empty() const noexcept { return size() == 0; }

    // The pieces in order: front (may be empty), borrowed ones, back (may be empty).
    static constexpr std::size_t most_pieces = 34;
    std::size_t pieces(std::array<std::string_view, most_pieces>& out) const noexcept
    {
        std::size_t count = 0;
        if (!front_.empty()) out[count++] = front_;
        for (std::size_t i = 0; i < borrowed_count_; ++i) out[count++] = borrowed_[i];
        if (!back_.empty()) out[count++] = back_;
        return count;
    }

    void clear() noexcept
    {
        front_.clear();
        back_.clear();
        borrowed_count_ = 0;
        total_borrowed_ = 0;
    }

private:
    static constexpr std::size_t front_limit = 64 * 1024;
    std::string front_, back_;
    std::array<std::string_view, most_pieces - 2> borrowed_{};
    std::size_t borrowed_count_ = 0, total_borrowed_ = 0;  // total_borrowed_ counts back_ too
};

}  // namespace gatehouse::lb
