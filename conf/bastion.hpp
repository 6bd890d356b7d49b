#pragma once

#include "conf/lb.hpp"
#include "conf/units.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::conf {

struct ssh_user {
    std::string name;
    std::vector<std::string> authorized_keys;  // lines as in OpenSSH's file, options allowed
    std::string authorized_keys_file;          // the same as a file, watched; empty = none
    std::vector<std::string> groups;           // of people, as rules name them
    bool operator==(const ssh_user&) const = default;
};

// Who vouches for users with OpenSSH certificates.
struct user_ca {
    std::vector<std::string> keys;  // public key files, watched; at least one
    std::string krl;                // key revocation list, watched; empty = none
    bool operator==(const user_ca&) const = default;
};

// "Mon-Fri 08:00-19:00 Europe/London": every week, on these days, in the zone's own wall-clock time. An end that is not
// after the begin lies in the next day.
struct weekly_window {
    std::uint8_t days = 0x7f;  // bit 0 is Monday, bit 6 Sunday: the days on which it begins
    std::chrono::minutes begin{0}, end{24 * 60};  // of the day; 0 .. 24 h
    std::string zone = "UTC";  // of the tz database
    bool operator==(const weekly_window&) const = default;
};

// Deny by default; the first rule that matches decides.
struct access_rule {
    std::string name;                 // unique; "rule-N" (from 1) when the file gives none
    std::vector<std::string> groups;  // of people; with `users`, either is enough
    std::vector<std::string> users;   // both empty = everyone who logged in
    std::vector<std::string> targets;       // names under the top level's `groups`; at least one
    std::vector<std::uint16_t> ports{22};
    std::vector<network> source;            // of the client; empty = from anywhere
    std::optional<weekly_window> between;
    std::optional<std::chrono::sys_seconds> not_before, expires;  // RFC 3339 in the file
    bool terminating = false;  // reaches instances that are terminating, too
    bool operator==(const access_rule&) const = default;
};

// "10:30:100": from `begin` unauthenticated connections on, `rate` percent of new ones are dropped, more and more up to
// all at `full` (sshd's MaxStartups).
struct max_startups {
    unsigned begin = 10, rate = 30, full = 100;
    bool operator==(const max_startups&) const = default;
};

struct bastion_limits {
    duration login_grace = std::chrono::seconds(30);  // 1 s .. 10 min
    unsigned max_auth_tries = 6;                      // 1 .. 100
    conf::max_startups max_startups;
    unsigned sessions_per_user = 50;     // 1 .. 100000
    unsigned channels_per_session = 32;  // 1 .. 1000
    std::size_t buffers = 256 << 20;  // bytes that servers have not taken yet, of all sessions; 16 MiB .. 1 TiB
    duration idle = std::chrono::minutes(15);   // no byte in any channel; 0 = no limit, else 10 s .. 7 d
    duration session = std::chrono::hours(12);  // 0 = no limit, else 1 min .. 30 d
    duration drain = std::chrono::minutes(10);  // SIGTERM: how long sessions may go on; 0 s .. 7 d
    bool operator==(const bastion_limits&) const = default;
};

// Sources that fail to log in wait before they are heard again (sshd's PerSourcePenalties).
struct source_penalties {
    bool enabled = true;
    std::vector<network> exempt;
    bool operator==(const source_penalties&) const = default;
};

// Where clients find the bastion when that is not what it is bound to: behind a load balancer or NAT.
struct public_name {
    std::string host;        // a host name or a literal without brackets
    std::uint16_t port = 0;  // 0 = the port that was reached
    bool operator==(const public_name&) const = default;
};

// The `bastion:` section.
struct bastion {
    unsigned workers = 0;                    // threads, 1 .. 1024; 0 = auto, one per core but at most 4
    std::vector<bind_address> bind;          // at least one
    std::optional<conf::public_name> public_name;
    std::vector<std::string> host_keys;      // private key files, watched; at least one
    bool fips = false;                       // only what FIPS 140-3 allows: NIST curves, AES-GCM, no chacha20 or ed25519
    std::vector<network> proxy_protocol;     // accept PROXY v1/v2 from these only; empty = from nobody
    std::vector<ssh_user> users;             // names are unique
    std::optional<conf::user_ca> user_ca;
    std::vector<std::string> admins;         // users who may see and end others' sessions by `ssh bastion`
    bool security_keys = false;              // sk- keys; libssh does not show whether they were touched
    std::vector<access_rule> rules;
    bool allow_loopback_targets = false;     // for trials on one machine
    bastion_limits limits;
    source_penalties penalties;
    std::string audit_log = "-";             // a file's path; "-" = stdout
    conf::admin admin{{"127.0.0.1", 9102}, {}};
};

}  // namespace gatehouse::conf
