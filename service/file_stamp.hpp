#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::service {

// What tells one version of a file from the next without reading it.
struct file_stamp {
    std::uint64_t device = 0, inode = 0;
    std::int64_t size = 0, modified_ns = 0;
    std::int64_t changed_ns = 0;  // its inode: owner and mode too, so that a chmod after a failed read is seen
    bool operator==(const file_stamp&) const = default;
};

// Follows symbolic links; empty for what is missing or cannot be looked at.
std::optional<file_stamp> look_at(const std::string& path);

// Decides when a file counts as changed: once it looks different from what was last reported, and the same in
// two looks in a row. No clock, no I/O.
class change_detector {
public:
    using stamp = std::optional<file_stamp>;  // empty = missing

    explicit change_detector(stamp now) : reported_(now), last_(now) {}

    // True when this look settles a change.
    bool observe(stamp now);

private:
    stamp reported_, last_;
};

}  // namespace gatehouse::service
