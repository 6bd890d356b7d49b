#include "bastion/ssh/outcome.hpp"

namespace gatehouse::bastion {

std::string_view to_string(end_reason why) noexcept
{
    switch (why) {
    case end_reason::peer_left: return "peer_left";
    case end_reason::protocol_error: return "protocol_error";
    case end_reason::login_timeout: return "login_timeout";
    case end_reason::login_bytes: return "login_bytes";
    case end_reason::too_many_tries: return "too_many_tries";
    case end_reason::bad_signature: return "bad_signature";
    case end_reason::window_overrun: return "window_overrun";
    case end_reason::unread_replies: return "unread_replies";
    case end_reason::requested: return "requested";
    }
    return "unknown";
}

std::string_view to_string(refusal what) noexcept
{
    switch (what) {
    case refusal::remote_forward: return "remote_forward";
    case refusal::x11: return "x11";
    case refusal::agent: return "agent";
    case refusal::subsystem: return "subsystem";
    case refusal::environment: return "environment";
    case refusal::session: return "session";
    case refusal::channel_kind: return "channel_kind";
    case refusal::channel_limit: return "channel_limit";
    case refusal::tiny_packets: return "tiny_packets";
    }
    return "unknown";
}

}  // namespace gatehouse::bastion
