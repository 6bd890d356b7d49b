#pragma once

#include <cstdint>
#include <string_view>

namespace gatehouse::lb::http {

// A range of a message head, kept as numbers so that it stays true when the head's bytes are copied
// elsewhere.
struct slice {
    std::uint32_t offset = 0, length = 0;

    bool empty() const noexcept { return length == 0; }
    std::string_view of(std::string_view head) const noexcept { return {head.data() + offset, length}; }
};

// The slice of `head` that `part`, a view into it, covers.
inline slice slice_of(std::string_view head, std::string_view part) noexcept
{
    return part.empty() ? slice{}
                        : slice{static_cast<std::uint32_t>(part.data() - head.data()),
                                static_cast<std::uint32_t>(part.size())};
}

}  // namespace gatehouse::lb::http
