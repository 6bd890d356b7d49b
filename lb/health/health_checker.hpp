#pragma once

#include "conf/target_group.hpp"
#include "lb/health/health_state.hpp"
#include "lb/target/target.hpp"
#include "service/log.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace gatehouse::lb {

// Probes every target at its group's interval and sets its health. One for the whole process, whatever the
// number of workers. Only probes decide: what a worker sees on a connection can bring the next one forward.
// Lives on the control thread, which makes every call; `loop` and `out` must outlive it.
class health_checker {
public:
    struct watched {
        std::shared_ptr<target> which;
        conf::target_group settings;  // of its group
    };
    // Called after a target's health changed from `before`. May call apply().
    using changed = std::function<void(target& which, target::health before)>;

    // `soonest`: from the start of one probe to that of one brought forward.
    health_checker(boost::asio::io_context& loop, service::log& out,
                   conf::duration soonest = std::chrono::seconds(1));
    ~health_checker();  // stops
    health_checker(const health_checker&) = delete;
    health_checker& operator=(const health_checker&) = delete;

    // Set before apply().
    void observe(changed heard);

    // Replaces what is watched, each target once. A new target is probed at once, from the health it has; one
    // whose settings changed as well, keeping its health and streak; one that stays goes on in its rhythm;
    // one that left is let go.
    void apply(const std::vector<watched>& all);

    // A worker could not connect (target::suspect()): probes when `soonest` has passed since the last probe
    // began, or the interval where that is shorter. No effect for a target that is not watched.
    void check_soon(const target& which);

    // Ends every probe; their targets keep the health they have. apply() starts again.
    void stop();

private:
    struct watch;
    class tls_contexts;
    std::shared_ptr<watch> begin(const watched& one, const watch* before, tls_contexts& contexts);

    boost::asio::io_context& loop_;
    service::log& out_;
    const conf::duration soonest_;
    changed heard_ = [](target&, target::health) {};
    std::map<const target*, std::shared_ptr<watch>> watches_;
};

}  // namespace gatehouse::lb
