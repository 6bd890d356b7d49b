#pragma once

namespace gatehouse::service {
class log;
class shortage;
}

namespace gatehouse::bastion {

class audit_log;
class last_denials;
class metrics;
class recent_logins;
class session_book;
class session_quota;
class source_penalties;
class startup_gate;

// What all workers share. Each part is safe from any thread and outlives the workers.
struct house {
    audit_log& audit;
    metrics& counters;
    session_book& book;
    startup_gate& startups;
    recent_logins& logins;
    source_penalties& penalties;
    session_quota& quota;
    last_denials& denials;
    service::shortage& lacking;  // what a new connection needs
    service::log& out;
};

}  // namespace gatehouse::bastion
