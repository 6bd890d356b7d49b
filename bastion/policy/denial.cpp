#include "bastion/policy/denial.hpp"

namespace gatehouse::bastion {

std::string_view to_string(denial why) noexcept
{
    switch (why) {
    case denial::unknown_target: return "unknown_target";
    case denial::ambiguous: return "ambiguous";
    case denial::forbidden_target: return "forbidden_target";
    case denial::forbidden_address: return "forbidden_address";
    case denial::forbidden_port: return "forbidden_port";
    case denial::forbidden_source: return "forbidden_source";
    case denial::not_yet: return "not_yet";
    case denial::expired: return "expired";
    case denial::outside_window: return "outside_window";
    case denial::terminating: return "terminating";
    }
    return "unknown";
}

}  // namespace gatehouse::bastion
