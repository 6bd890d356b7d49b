#include "discovery/aws/asg_membership.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace gatehouse::discovery::aws {

asg_membership::asg_membership(std::vector<std::string> wanted, const std::vector<member>& known)
    : wanted_(std::move(wanted))
{
    for (const auto& one : known) records_[one.id].who = one;
    list();
}

poll_result asg_membership::observe(const asg_answer& told)
{
    if (settled_ && told == last_) return poll_result::success;
    const auto how = learn(told);
    list();
    const auto absent = [](const auto& entry) { return entry.second.absences > 0; };
    settled_ = how == poll_result::success && std::ranges::none_of(records_, absent);
    last_ = told;
    return how;
}

poll_result asg_membership::learn(const asg_answer& told)
{
    missing_.clear();
    for (const auto& name : wanted_)
        if (std::ranges::find(told.found, name) == told.found.end()) missing_.push_back(name);
    if (told.found.empty()) return wanted_.empty() ? poll_result::empty : poll_result::not_found;
    if (told.instances.empty() && !told.wants_none) return poll_result::empty;
    bool all_placed = true;
    for (const auto& one : told.instances) all_placed = take(one, told.interruptions_known) && all_placed;
    if (!missing_.empty()) return poll_result::partial;
    const bool all_told = count_absences(told);
    return told.ec2_complete && all_placed && all_told ? poll_result::success : poll_result::partial;
}

// False when an instance that should serve cannot: no one has said where it is.
bool asg_membership::take(const instance_facts& seen, bool interruptions_known)
{
    const auto state = lifecycle_of(seen);
    const auto known = records_.find(seen.id);
    const bool has_address = seen.ec2 && seen.ec2->address;
    // Who is leaving and was never known gets no request anyway.
    if (known == records_.end() && (!has_address || state == lifecycle::terminating))
        return has_address || state != lifecycle::in_service;
    auto& one = known == records_.end() ? records_[seen.id] : known->second;
    auto& who = one.who;
    one.absences = 0;
    // What EC2 said stands until it says otherwise: that it does not answer brings nobody back.
    if (seen.ec2) one.ec2_ends_it = is_ending(*seen.ec2);
    if (seen.ec2 && (interruptions_known || !seen.ec2->spot_notice.empty())) one.spot_notice = seen.ec2->spot_notice;
    const bool doomed = one.ec2_ends_it || !one.spot_notice.empty();
    who.id = seen.id;
    who.zone = seen.zone;
    who.state = doomed ? lifecycle::terminating : state;
    who.provider_state = one.spot_notice.empty() ? seen.state : seen.state + ", " + one.spot_notice;
    who.auto_scaling_group = seen.auto_scaling_group;
    if (has_address) who.address = *seen.ec2->address;
    if (seen.ec2) {
        who.name = seen.ec2->name;
        who.launched = seen.ec2->launched;
    }
    return true;
}

// Auto Scaling's list was complete, whatever EC2 said. False when a group lists nobody that wants and had members in
// service: what became of them nobody told.
bool asg_membership::count_absences(const asg_answer& told)
{
    std::set<std::string_view> present;
    for (const auto& one : told.instances) present.insert(one.id);
    bool all_told = true;
    for (auto& [id, one] : records_) {
        if (present.contains(id)) continue;
        const bool hollow = std::ranges::find(told.hollow, one.who.auto_scaling_group) != told.hollow.end();
        if (hollow && one.who.state == lifecycle::in_service)
            all_told = false;
        else
            ++one.absences;
    }
    std::erase_if(records_, [](const auto& entry) { return entry.second.absences >= patience; });
    return all_told;
}

std::vector<std::string> asg_membership::auto_scaling_groups() const
{
    std::set<std::string> names;
    for (const auto& [id, one] : records_)
        if (!one.who.auto_scaling_group.empty()) names.insert(one.who.auto_scaling_group);
    return {names.begin(), names.end()};
}

void asg_membership::list()
{
    const auto same = [](const auto& entry, const member& one) { return entry.second.who == one; };
    if (std::ranges::equal(records_, members_, same)) return;
    std::vector<member> all;
    all.reserve(records_.size());
    for (const auto& [id, one] : records_) all.push_back(one.who);
    members_ = std::move(all);
}

}  // namespace gatehouse::discovery::aws
