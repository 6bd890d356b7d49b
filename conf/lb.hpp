#pragma once

#include "conf/listener.hpp"
#include "conf/target_group.hpp"
#include "conf/units.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::conf {

struct timeouts {  // each 100 ms .. 4000 s
    duration client_header = std::chrono::seconds(10);  // first byte of a request to the end of its head: 408
    duration client_body = std::chrono::seconds(30);    // between two reads of a request body: 408
    duration client_idle = std::chrono::seconds(60);    // a kept-alive connection between requests
    duration connect = std::chrono::seconds(3);         // TCP (and TLS) to a target: retry, then 504
    duration target = std::chrono::seconds(60);         // between two bytes of the target: 504
    duration tls_handshake = std::chrono::seconds(10);  // a client's handshake
    duration drain = std::chrono::seconds(60);          // SIGTERM: how long running requests may go on
    bool operator==(const timeouts&) const = default;
};

struct limits {
    std::size_t request_line = 16 * 1024;    // bytes, 1 KiB .. 64 KiB; over it 414
    std::size_t header = 16 * 1024;          // bytes of one field line, 1 KiB .. 64 KiB; over it 431
    std::size_t headers = 64 * 1024;         // bytes of the whole head, 1 KiB .. 128 KiB; over it 431
    unsigned header_count = 100;             // 1 .. 1000; over it 431
    unsigned connections = 50000;            // of clients at once, over all listeners; 1 .. 1000000
    unsigned connections_per_source = 0;     // from one client address, up to 1000000; 0 = no limit
    unsigned requests_per_connection = 10000;  // the last is answered with Connection: close; 1 .. 1000000
    bool operator==(const limits&) const = default;
};

// What happens to requests that two parsers could read differently (ALB's desync mitigation mode).
enum class desync_mode { monitor, defensive, strictest };

struct header_policy {
    enum class forwarded { append, preserve, remove };
    forwarded forwarded_for = forwarded::append;  // X-Forwarded-For, -Proto and -Port towards targets
    bool preserve_host = true;                    // false: the target sees its own address:port as Host
    enum class server_field { keep, remove };
    server_field server = server_field::keep;     // the target's Server field on the way to the client
    bool operator==(const header_policy&) const = default;
};

struct access_log {
    enum class format { json, alb };
    std::string path;  // "-" = stdout
    format layout = format::json;
    bool operator==(const access_log&) const = default;
};

struct admin {
    bind_address bind{"127.0.0.1", 9101};
    std::string token;  // bearer token of state-changing calls; must be set when bind is not loopback
    bool operator==(const admin&) const = default;
};

// The `lb:` section.
struct lb {
    std::string zone;  // of this node, for target groups with `cross_zone: false`; empty = as the metadata says
    unsigned workers = 0;  // threads, 1 .. 1024; 0 = auto, one per core
    std::vector<listener> listeners;          // at least one
    std::vector<target_group> target_groups;  // in the file's order
    conf::timeouts timeouts;
    conf::limits limits;
    desync_mode desync_mitigation = desync_mode::defensive;
    header_policy headers;
    std::optional<conf::access_log> access_log;  // empty = off
    conf::admin admin;
};

}  // namespace gatehouse::conf
