#pragma once

#include "conf/config.hpp"
#include "lb/control/tls_store.hpp"
#include "lb/metrics/metrics.hpp"
#include "lb/worker/plan.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::lb {

// Turns a configuration and the present target sets into the plans the workers serve by. Control thread only;
// `counters` must outlive it.
class plan_builder {
public:
    explicit plan_builder(metrics& counters) : counters_(&counters) {}

    // Compiles the rules once per configuration; every plan after it shares them.
    void adopt(std::shared_ptr<const conf::config> settings);

    // `sockets` are what open_for() gave this worker; `opened` ones only with the first plan after it.
    plan_ptr build(unsigned worker, const std::vector<std::shared_ptr<const target_set>>& sets,
                   const tls_store::contexts& tls, const service::socket_table::opened& sockets) const;

    const route_table& routes(const std::string& listener) const { return *routes_.at(listener); }

private:
    listener_plan build_listener(unsigned worker, const conf::listener& from, const plan& whole,
                                 const tls_store::contexts& tls, const service::socket_table::opened& sockets) const;

    metrics* counters_;
    std::shared_ptr<const conf::config> settings_;
    std::map<std::string, std::shared_ptr<const route_table>> routes_;
    mutable std::uint64_t generation_ = 0;
};

}  // namespace gatehouse::lb
