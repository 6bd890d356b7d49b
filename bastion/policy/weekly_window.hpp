#pragma once

#include "conf/bastion.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace date {
class time_zone;
}

namespace gatehouse::bastion {

// A conf::weekly_window, ready to be asked. A begin or end that the clock shows twice, in the night when summer time
// ends, is the first of the two; one that the clock skips is the moment it jumps. Immutable; any thread may ask.
//
// Zones are the system's (package tzdata), read once per process: a tzdata update is seen by the next start.
class weekly_window {
public:
    // Throws std::runtime_error when the system knows no such zone. Reads its file now, so that no later call does.
    explicit weekly_window(const conf::weekly_window& from);

    // When the window that `when` lies in ends; empty while it is closed. Windows that touch are one; of one that never
    // closes the answer is a moment at least a week ahead.
    std::optional<std::chrono::sys_seconds> open_until(std::chrono::sys_seconds when) const;

    // When the next window begins; empty when none does within the nine days to come.
    std::optional<std::chrono::sys_seconds> opens_after(std::chrono::sys_seconds when) const;

    const std::string& text() const noexcept { return text_; }  // "Mon-Fri 08:00-19:00 Europe/London"

private:
    struct span {
        std::chrono::sys_seconds begin, end;
    };
    span on(std::chrono::local_days day) const;  // empty on days without one
    std::chrono::local_days day_of(std::chrono::sys_seconds when) const;
    std::optional<std::chrono::sys_seconds> end_of_one(std::chrono::sys_seconds when) const;

    conf::weekly_window window_;
    std::string text_;
    const date::time_zone* zone_;  // of the library's table, which lives as long as the process
};

}  // namespace gatehouse::bastion
