#include "discovery/aws/answer_memory.hpp"

#include "discovery/aws/iso_time.hpp"
#include "service/burst.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

std::optional<boost::asio::ip::address> address_of(const ec2_instance& one)
{
    for (const auto* text : {&one.private_ipv4, &one.ipv6}) {
        boost::system::error_code bad;
        auto address = boost::asio::ip::make_address(*text, bad);
        if (!bad) return address;
    }
    return std::nullopt;
}

instance_facts facts_of(const asg_instance& seen, const std::string& group, const findings& all)
{
    instance_facts made{seen.id, seen.zone, group, seen.lifecycle_state, seen.health_status, {}};
    if (const auto known = all.instances.find(seen.id); known != all.instances.end()) {
        const auto& from = known->second;
        made.ec2.emplace(instance_facts::on_ec2{from.state, address_of(from), from.name,
                                                parse_iso_time(from.launch_time), from.spot, {}});
        if (const auto notice = all.interrupted.find(seen.id); notice != all.interrupted.end())
            made.ec2->spot_notice = notice->second;
    }
    return made;
}

asg_answer make(const std::vector<std::string>& names, const std::vector<group_reader::group>& from, const findings& seen)
{
    asg_answer made;
    std::vector<instance_facts> instances;
    unsigned wanted = 0;
    for (const auto& group : from) {
        if (!group) continue;
        service::let_others_run();
        made.found.push_back(group->name);
        wanted += group->desired;
        if (group->desired != 0 && group->instances.empty()) made.hollow.push_back(group->name);
        for (const auto& one : group->instances) instances.push_back(facts_of(one, group->name, seen));
    }
    made.wants_none = wanted == 0 && made.found.size() == names.size() && !names.empty();
    made.ec2_complete = std::ranges::all_of(instances, [](const instance_facts& one) { return one.ec2.has_value(); });
    made.interruptions_known = seen.interruptions_known;
    made.instances = std::move(instances);
    return made;
}

}  // namespace

std::vector<asg_answer> answer_memory::answer(std::vector<std::vector<std::string>> wanted, const findings& seen)
{
    std::vector<told> now;
    std::vector<asg_answer> answers;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        auto& one = now.emplace_back(told{std::move(wanted[i]), {}, {}});
        for (const auto& name : one.names) {
            const auto found = seen.groups.find(name);
            one.from.push_back(found == seen.groups.end() ? nullptr : found->second);
        }
        const auto* const before = i < before_.size() ? &before_[i] : nullptr;
        if (before && stands(*before, one, seen)) {
            one.answer = before->answer;
        } else {
            one.answer = make(one.names, one.from, seen);
            if (before && before->answer == one.answer) one.answer = before->answer;
        }
        answers.push_back(one.answer);
    }
    before_ = std::move(now);
    interrupted_ = seen.interrupted;
    return answers;
}

bool answer_memory::stands(const told& before, const told& now, const findings& seen) const
{
    if (!seen.changed || before.names != now.names || before.from != now.from || interrupted_ != seen.interrupted ||
        before.answer.interruptions_known != seen.interruptions_known)
        return false;
    if (seen.changed->empty()) return true;
    return std::ranges::none_of(before.answer.instances,
                                [&](const instance_facts& one) { return seen.changed->contains(one.id); });
}

}  // namespace gatehouse::discovery::aws
