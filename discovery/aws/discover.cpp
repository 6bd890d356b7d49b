#include "discovery/aws/discover.hpp"

#include "discovery/aws/asg_membership.hpp"
#include "discovery/aws/asg_poller.hpp"
#include "discovery/aws/drain_hook.hpp"

#include <set>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

asg_poll_request request_for(const discover_request& what)
{
    asg_poll_request made;
    for (const auto& [name, source] : what.groups) made.groups.push_back({source, {}});
    return made;
}

void add_failure(discover_report& to, const std::optional<api_error>& failed, const char* action)
{
    if (failed) to.problems.push_back(explain(*failed, action));
}

void add_groups(discover_report& to, const discover_request& what, asg_poll_answer& seen)
{
    for (std::size_t i = 0; i < what.groups.size(); ++i) {
        const auto& [name, source] = what.groups[i];
        asg_membership fresh(source.names, {});
        const auto how = fresh.observe(seen.groups[i]);
        for (const auto& missing : fresh.missing())
            to.problems.push_back("group " + name + ": there is no Auto Scaling Group '" + missing + "'");
        if (seen.groups[i].found.empty() && !source.tags.empty())
            to.problems.push_back("group " + name + ": no Auto Scaling Group has its tags");
        to.groups.push_back({name, how, fresh.missing(), std::move(seen.groups[i])});
    }
}

asio::awaitable<void> add_hooks(ask_aws ask, std::string hook, discover_report& to)
{
    std::set<std::string> names;
    for (const auto& group : to.groups) names.insert(group.told.found.begin(), group.told.found.end());
    for (const auto& name : names) {
        ++to.calls;
        const auto found = co_await find_drain_hook(ask, name, hook);
        if (found.has_error()) {
            to.problems.push_back(explain(found.error(), "autoscaling:DescribeLifecycleHooks"));
            co_return;  // the next would fail alike
        }
        to.hooks.push_back({name, *found});
    }
}

}  // namespace

asio::awaitable<discover_report> discover(ask_aws ask, discover_request what, service::job_runner elsewhere)
{
    discover_report made;
    made.hook = what.hook;
    const auto began = steady_clock::now();
    auto wanted = request_for(what);
    auto seen = co_await poll_groups(ask, std::move(wanted), std::move(elsewhere));
    if (seen.has_error()) {
        made.problems.push_back(explain(seen.error(), "autoscaling:DescribeAutoScalingGroups"));
        for (const auto& [name, source] : what.groups) made.groups.push_back({name, poll_result_of(seen.error()), {}, {}});
    } else {
        made.calls = seen->calls;
        add_failure(made, seen->ec2_failure, "ec2:DescribeInstances");
        add_failure(made, seen->spot_failure, "ec2:DescribeSpotInstanceRequests");
        add_groups(made, what, *seen);
        if (!what.hook.empty()) co_await add_hooks(ask, what.hook, made);
    }
    made.took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
    co_return made;
}

}  // namespace gatehouse::discovery::aws
