#pragma once

#include "conf/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::conf {

struct health_check {
    std::string path = "/";
    std::optional<std::uint16_t> port;  // `traffic` (absent here) = the port requests go to
    duration interval = std::chrono::seconds(30);  // 100 ms .. 300 s
    duration timeout = std::chrono::seconds(5);    // 1 ms .. , shorter than interval
    unsigned healthy_threshold = 5;                // 1-10 consecutive passes; a new target needs one
    unsigned unhealthy_threshold = 2;              // 1-10 consecutive failures
    std::vector<std::pair<unsigned, unsigned>> matcher{{200, 200}};  // inclusive ranges within 200 .. 599
    bool operator==(const health_check&) const = default;
};

struct target_stickiness {  // `type: lb_cookie`
    duration lifetime = std::chrono::hours(24);  // `duration:`, 1 s .. 7 d
    bool operator==(const target_stickiness&) const = default;
};

struct retries {
    unsigned attempts = 2;        // repeats of one request, 0-5; 0 = never
    unsigned budget_percent = 20;  // of the requests of the last seconds; 0-100
    bool operator==(const retries&) const = default;
};

struct minimum_healthy {  // fewer healthy targets than either: fail open, route to all
    unsigned count = 1;       // 1-100000; 0 = off
    unsigned percentage = 0;  // 1-100; 0 = off
    bool operator==(const minimum_healthy&) const = default;
};

struct target_tls {  // how an https target is verified
    bool verify = true;
    std::string ca;           // PEM path; empty = the system's store
    std::string server_name;  // SNI and the name verified; empty = the target's address
    bool operator==(const target_tls&) const = default;
};

enum class target_protocol { http, https };
enum class algorithm { round_robin, least_outstanding_requests };

struct target_group {
    std::string name;
    std::string members;  // a name under groups
    std::uint16_t port = 80;  // where the instance names none; 1 .. 65535
    target_protocol protocol = target_protocol::http;
    target_tls tls;
    conf::algorithm algorithm = conf::algorithm::round_robin;
    conf::health_check health_check;
    duration deregistration_delay = std::chrono::seconds(300);  // 0 .. 3600 s
    duration slow_start{0};  // 0 = off, else 1 .. 900 s; not with least_outstanding_requests
    std::optional<target_stickiness> stickiness;                // absent = off
    bool cross_zone = true;
    conf::retries retries;
    conf::minimum_healthy minimum_healthy;
    bool operator==(const target_group&) const = default;
};

}  // namespace gatehouse::conf
