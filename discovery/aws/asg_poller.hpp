#pragma once

#include "conf/group.hpp"
#include "conf/units.hpp"
#include "discovery/aws/asg_answer.hpp"
#include "discovery/aws/asg_poll.hpp"
#include "discovery/provider.hpp"
#include "service/background.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::discovery::aws {

// Looks at AWS again and again, once for all groups that follow Auto Scaling Groups together. Lives on the control
// thread; `out` must outlive the executor's loop.
class asg_poller {
public:
    struct settings {
        conf::duration interval = std::chrono::seconds(5);             // between two looks, jittered
        std::function<double()> slowdown = [] { return 1.0; };         // of the interval, while AWS throttles
        service::job_runner elsewhere = service::run_at_once;          // reads the answers
        std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
    };
    asg_poller(boost::asio::any_io_executor control, service::log& out, ask_aws ask, settings with);
    ~asg_poller();  // whoever joined must have left
    asg_poller(const asg_poller&) = delete;
    asg_poller& operator=(const asg_poller&) = delete;

    // Who wants to be told of every look.
    class follower {
    public:
        // One complete look. `ec2_failed`: instances without an entry of EC2 are so because it failed.
        virtual void take(const asg_answer& told, bool ec2_failed) = 0;
        virtual void failed(poll_result why) = 0;  // nothing was learned
        virtual std::vector<std::string> auto_scaling_groups() const = 0;  // that it has members in
    protected:
        ~follower() = default;
    };
    // The next look, which follows soon, includes `what`. Neither may be called from inside the other's calls back but
    // leave(), which may.
    void join(follower& who, conf::asg_source what);
    void leave(const follower& who) noexcept;

private:
    struct state;
    std::shared_ptr<state> state_;
};

// The `result` of a look that failed.
poll_result poll_result_of(const api_error& failed) noexcept;

}  // namespace gatehouse::discovery::aws
