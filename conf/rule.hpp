#pragma once

#include "conf/units.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gatehouse::conf {

// `match:`; every kind that is present must hold, any one of its values is enough. Semantics of ALB rule
// conditions: host case-insensitive, path case-sensitive, `*` and `?` wildcards.
struct match {
    std::vector<std::string> host;                           // as written in the file, without port
    std::vector<std::string> path;                           // starts with '/' or '*'
    std::vector<std::string> method;                         // exact, upper-case
    std::map<std::string, std::vector<std::string>> header;  // name (case-insensitive) -> value globs
    std::map<std::string, std::vector<std::string>> query;   // key -> value globs, case-insensitive
    std::vector<network> source;                             // of the peer, never of X-Forwarded-For
    bool operator==(const match&) const = default;
};

struct forward_target {
    std::string group;  // a name under lb.target_groups
    unsigned weight = 1;  // 0-999; at least one of an action is above 0
    bool operator==(const forward_target&) const = default;
};

struct forward {
    std::vector<forward_target> targets;
    std::optional<duration> stickiness;  // keep a client on its group for this long; 1 s .. 7 d
    bool operator==(const forward&) const = default;
};

// Changes at least one of protocol, host, port and path. Parts may hold #{protocol} #{host} #{port} #{path}
// #{query}; an absent part keeps the request's.
struct redirect {
    unsigned status = 302;  // 301, 302, 303, 307, 308
    std::optional<std::string> protocol, host, port, path, query;
    bool operator==(const redirect&) const = default;
};

struct fixed_response {
    unsigned status = 200;  // 200-599, as ALB: 2XX, 4XX, 5XX
    std::string content_type = "text/plain";
    std::string body;  // at most 16 KiB
    bool operator==(const fixed_response&) const = default;
};

using action = std::variant<forward, redirect, fixed_response>;

struct rule {
    std::string name;  // unique in its listener; "rule-N" (from 1) when the file gives none
    conf::match match;
    conf::action action;
    bool operator==(const rule&) const = default;
};

}  // namespace gatehouse::conf
