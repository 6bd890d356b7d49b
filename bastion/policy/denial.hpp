#pragma once

#include <string_view>

namespace gatehouse::bastion {

// Why a jump is refused; also a label of metrics.
enum class denial {
    unknown_target,     // nobody in the groups of the rules has this name
    ambiguous,          // several servers have it
    forbidden_target,   // no rule lets this user reach that group
    forbidden_address,  // is_forbidden()
    forbidden_port,     // these and the following: the rule that came closest does not hold
    forbidden_source,
    not_yet,
    expired,
    outside_window,
    terminating,
};

std::string_view to_string(denial why) noexcept;  // "unknown_target", ...

}  // namespace gatehouse::bastion
