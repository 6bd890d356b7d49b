#pragma once

#include "conf/lb.hpp"
#include "lb/log/access_log.hpp"
#include "lb/metrics/stats.hpp"
#include "lb/router/route_table.hpp"
#include "lb/target/target_set.hpp"
#include "lb/tls/server_context.hpp"
#include "service/address_block.hpp"
#include "service/socket_table.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::lb {

// One target group as a worker uses it. `targets` is shared by all workers, the counters are the worker's own.
struct group_plan {
    std::string name;
    std::shared_ptr<const target_set> targets;
    std::shared_ptr<SSL_CTX> tls;  // for https targets, else null
    group_stats* stats = nullptr;
};

// One listener as a worker uses it.
struct listener_plan {
    std::string name;
    conf::listener_protocol protocol = conf::listener_protocol::http;
    std::vector<service::address_block> proxy_protocol;  // peers that begin with a PROXY header
    std::shared_ptr<const route_table> routes;
    // [rule index, the default action last][i]: index into plan::groups of the action's forward.targets[i].
    std::vector<std::vector<std::uint32_t>> forward_groups;
    std::vector<route_stats*> stats;  // by group index; the last one is "no group"
    listener_stats* connections = nullptr;
    std::shared_ptr<server_context> tls;  // this worker's own; null for http

    // New with this plan; the worker owns them from adoption on. Sockets that an earlier plan handed over stay open
    // without being named again.
    std::vector<service::listening_socket> opened;
    std::vector<conf::bind_address> addresses;  // every address that stays open; others are closed
};

// Everything a worker needs to serve, built by the control thread for one worker and immutable once adopted.
// Requests in progress hold the plan they began with: the count is touched by its worker alone.
struct plan : boost::intrusive_ref_counter<plan, boost::thread_unsafe_counter> {
    std::uint64_t generation = 0;
    conf::timeouts timeouts;
    conf::limits limits;
    conf::desync_mode desync = conf::desync_mode::defensive;
    conf::header_policy headers;
    bool log_requests = false;  // push into the worker's lane
    std::vector<listener_plan> listeners;
    std::vector<group_plan> groups;
};
using plan_ptr = boost::intrusive_ptr<plan>;

}  // namespace gatehouse::lb
