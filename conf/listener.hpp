#pragma once

#include "conf/rule.hpp"
#include "conf/units.hpp"

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::conf {

struct certificate_pair {
    std::string certificate;  // PEM path, leaf first, then the chain
    std::string private_key;  // PEM path
    bool operator==(const certificate_pair&) const = default;
};

enum class tls_policy { modern, intermediate };  // TLS 1.3 only; TLS 1.2 and 1.3

struct listener_tls {
    tls_policy policy = tls_policy::intermediate;
    std::vector<certificate_pair> certificates;  // at least one; the first is the default, SNI picks
    bool operator==(const listener_tls&) const = default;
};

enum class listener_protocol { http, https };

struct listener {
    // 1-64 letters, digits, '.', '_', '-'; unique; not "admin". Also the systemd FileDescriptorName that
    // hands its socket over.
    std::string name;
    std::vector<bind_address> bind;  // at least one; none twice among listeners and admin, but for port 0
    listener_protocol protocol = listener_protocol::http;
    std::vector<network> proxy_protocol;  // peers that must send a PROXY v1/v2 header; empty = off
    std::optional<listener_tls> tls;      // present exactly when protocol is https
    std::vector<rule> rules;              // the first match wins
    action default_action;                // `default:`
};

}  // namespace gatehouse::conf
