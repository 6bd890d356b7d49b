#pragma once

#include "conf/target_group.hpp"
#include "lb/health/health_state.hpp"
#include "lb/target/target.hpp"
#include "service/log.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::lb {

// Probes every target at its group's interval and sets its health. One for the whole process, whatever the
// number of workers. Only probes decide: what a worker sees on a connection can bring the next one forward.
// Lives on the control thread, which makes every call; `loop` and `out` must outlive it.
class health_checker {
public:
    // A target group as of one publication. Neither part is null.
    struct watched_group {
        std::shared_ptr<const conf::target_group> settings;
        std::shared_ptr<const std::vector<std::shared_ptr<target>>> targets;
        bool operator==(const watched_group&) const = default;  // the very same, not alike
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

    // Replaces what is watched, each group and each of its targets once. A new target is probed at once, from the
    // health it has; one whose settings changed as well, keeping its health and streak; one that stays goes on in
    // its rhythm; one that left is let go. Costs next to nothing for a group that is the very same as before.
    void apply(const std::vector<watched_group>& all);

    // A worker could not connect (target::suspect()): probes when `soonest` has passed since the last probe
    // began, or the interval where that is shorter. No effect for a target that is not watched.
    void check_soon(const target& which);

    // Ends every probe; their targets keep the health they have. apply() starts again.
    void stop();

private:
    struct watch;
    struct group_watch;
    class tls_contexts;
    std::unique_ptr<group_watch> follow(const watched_group& what, std::unique_ptr<group_watch> before,
                                        tls_contexts& contexts);
    std::shared_ptr<watch> begin(const std::shared_ptr<target>& which, const group_watch& in, const watch* before,
                                 tls_contexts& contexts);

    boost::asio::io_context& loop_;
    service::log& out_;
    const conf::duration soonest_;
    changed heard_ = [](target&, target::health) {};
    std::map<std::string, std::unique_ptr<group_watch>, std::less<>> groups_;
};

}  // namespace gatehouse::lb
