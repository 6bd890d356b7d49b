#include "bastion/audit/audit_record.hpp"

namespace gatehouse::bastion {

std::string_view to_string(audit_event what) noexcept
{
    switch (what) {
    case audit_event::login: return "login";
    case audit_event::login_refused: return "login_refused";
    case audit_event::channel: return "channel";
    case audit_event::channel_refused: return "channel_refused";
    case audit_event::channel_end: return "channel_end";
    case audit_event::command: return "command";
    case audit_event::session_end: return "session_end";
    }
    return "unknown";
}

}  // namespace gatehouse::bastion
