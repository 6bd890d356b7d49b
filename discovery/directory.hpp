#pragma once

#include "conf/aws.hpp"
#include "conf/group.hpp"
#include "discovery/aws/asg_poll.hpp"
#include "discovery/aws/discover.hpp"
#include "discovery/inventory.hpp"
#include "discovery/provider_setup.hpp"
#include "service/log.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <prometheus/collectable.h>
#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::discovery {

// Follows every configured group through its provider, and tells one observer whenever the inventory
// changes. Exports gatehouse_discovery_polls_total{provider,result} and
// gatehouse_aws_requests_total{service,operation,result} into the registry, and
// gatehouse_discovery_instances{group,lifecycle} and gatehouse_discovery_age_seconds{group} through
// metrics(). Lives on the control thread: `loop`, `registry` and `out` must outlive it.
class directory {
public:
    using observer = std::function<void(const inventory&)>;

    directory(boost::asio::io_context& loop, prometheus::Registry& registry, service::log& out,
              provider_factory make = make_provider);
    ~directory();
    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;

    // Called after each change, or several that were told together, with the whole inventory; not called for an
    // equal answer. Set before apply(), which it must not call.
    void observe(observer changed);

    // Keeps the last good members of the groups that come from the network in `state_dir`, and serves from
    // there until the source answers. Before apply(); an empty `state_dir` keeps nothing. Programs that share the folder
    // need a file each.
    void persist_in(const std::string& state_dir, const std::string& file = "inventory.json");

    // Adopts the groups of a configuration. Groups whose configuration did not change keep their provider and
    // their members; changed ones keep the old members until the new provider publishes; gone ones leave. Groups that
    // follow Auto Scaling Groups are followed anew when `aws` changed.
    void apply(const std::vector<conf::group>& groups, const conf::aws& aws = {});

    const inventory& current() const noexcept;

    // How AWS is asked for the groups that follow Auto Scaling Groups; empty while there is none. Ends with the next
    // apply() that changes `aws`.
    aws::ask_aws aws_caller() const;

    // Asks AWS once, as its groups are configured, and changes nothing. Empty when no group follows Auto Scaling. May be
    // awaited beyond the directory's life.
    std::optional<boost::asio::awaitable<aws::discover_report>> discover() const;

    // The metrics that are worked out at scrape; may be collected from any thread.
    std::shared_ptr<prometheus::Collectable> metrics() const;

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::discovery
