#pragma once

#include "bastion/session/session_book.hpp"
#include "conf/aws.hpp"
#include "conf/units.hpp"
#include "discovery/aws/asg_poll.hpp"
#include "discovery/inventory.hpp"
#include "discovery/terminate_hooks.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <utility>

namespace gatehouse::bastion {

// Holds terminating instances of Auto Scaling Groups for as long as sessions lead to them, and lets them go then. For a
// bastion alone: where the file has a section `lb`, gatehouse-lb does it for both, and this stays as it is without
// configure(). Lives on the control thread; `out` must outlive the executor's loop.
class session_hooks {
public:
    session_hooks(boost::asio::any_io_executor control, service::log& out) : hooks_(std::move(control), out) {}

    // Works by these settings from now on; `ask` may be empty while no group follows Auto Scaling. An instance is held for
    // `longest` (bastion.limits.session) at most; 0 = as long as Auto Scaling waits.
    void configure(const conf::aws& settings, discovery::aws::ask_aws ask, conf::duration longest = {});

    // Looks at everybody once; call every second.
    void step(const discovery::inventory& house, const session_book& book, std::int64_t now_ms);

private:
    discovery::terminate_hooks hooks_;
};

}  // namespace gatehouse::bastion
