#include "discovery/provider.hpp"

namespace gatehouse::discovery {

std::string_view to_string(poll_result result) noexcept
{
    switch (result) {
    case poll_result::success: return "success";
    case poll_result::partial: return "partial";
    case poll_result::empty: return "empty";
    case poll_result::not_found: return "not_found";
    case poll_result::timeout: return "timeout";
    case poll_result::throttled: return "throttled";
    case poll_result::denied: return "denied";
    case poll_result::invalid: return "invalid";
    case poll_result::failed: return "failed";
    case poll_result::count_: break;
    }
    return "unknown";
}

}  // namespace gatehouse::discovery
