#include "discovery/aws/asg_provider.hpp"

#include <utility>

namespace gatehouse::discovery::aws {
namespace {

shared_list<member> known_to(const provider_setup& setup)
{
    return setup.last_known ? setup.last_known->members : shared_list<member>();
}

std::string joined(const std::vector<std::string>& names)
{
    std::string all;
    for (const auto& one : names) all += (all.empty() ? "" : ", ") + one;
    return all;
}

}  // namespace

asg_provider::asg_provider(std::string group, conf::asg_source source, provider_setup setup,
                           std::shared_ptr<asg_poller> looks)
    : group_(std::move(group)), source_(std::move(source)), setup_(std::move(setup)), looks_(std::move(looks)),
      members_(source_.names, known_to(setup_)), published_(known_to(setup_))
{
    if (setup_.last_known) as_of_ = setup_.last_known->as_of;
}

asg_provider::~asg_provider() { looks_->leave(*this); }

void asg_provider::start(publish to)
{
    to_ = std::move(to);
    looks_->join(*this, source_);
}

void asg_provider::take(const asg_answer& told, bool ec2_failed)
{
    const auto how = members_.observe(told);
    // The poller has said already that EC2 failed.
    if (!ec2_failed || how != poll_result::partial || !members_.missing().empty()) report(how);
    setup_.polled(how);
    tell(how);
}

void asg_provider::tell(poll_result how)
{
    const auto& now = members_.members();
    const bool changed = now != published_;
    // A partial answer confirms nothing, so its news keeps the age of what was known before.
    if (how == poll_result::success || (changed && as_of_ == std::chrono::system_clock::time_point{}))
        as_of_ = setup_.now();
    if (!changed && how != poll_result::success) return;
    published_ = now;
    to_(std::make_shared<const group_snapshot>(group_snapshot{group_, published_, as_of_}));
}

void asg_provider::failed(poll_result why) { setup_.polled(why); }

void asg_provider::report(poll_result how)
{
    if (how == std::exchange(last_, how)) return;
    if (how == poll_result::success)
        return setup_.out.info("Auto Scaling tells of the whole group again", {{"group", group_}});
    const auto* what = how == poll_result::empty && source_.tags.empty() ? "it lists no instance"
                       : how == poll_result::empty                      ? "no group has these tags"
                       : members_.missing().empty()                     ? "it does not say where every instance is"
                                                                        : "no such Auto Scaling Group";
    setup_.out.warning("Auto Scaling does not tell of the whole group, it keeps its members",
                       {{"group", group_},
                        {"reason", what},
                        {"missing", joined(members_.missing())},
                        {"members", static_cast<std::uint64_t>(published_.size())}});
}

}  // namespace gatehouse::discovery::aws
