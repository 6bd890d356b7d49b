#include "discovery/aws/asg_poll.hpp"

#include "discovery/aws/asg_calls.hpp"
#include "discovery/aws/autoscaling_answers.hpp"
#include "discovery/aws/ec2_answers.hpp"
#include "discovery/aws/iso_time.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;

using tag_set = std::map<std::string, std::string>;
using groups_by_name = std::map<std::string, auto_scaling_group>;

constexpr std::size_t worth_a_whole_list = 1000;  // instances to describe by id, five calls

struct look {
    ask_aws ask;
    service::job_runner elsewhere;
    unsigned calls = 0;
};

struct found_groups {
    groups_by_name all;
    std::map<tag_set, std::set<std::string>> of_tags;  // names
};

struct found_instances {
    described_instances& by_id;
    std::map<std::string, std::string> interrupted;  // id -> the spot request's status code
};

template <class Container> std::vector<std::vector<std::string>> in_lots(const Container& all, std::size_t of)
{
    std::vector<std::vector<std::string>> lots;
    for (const auto& one : all) {
        if (lots.empty() || lots.back().size() == of) lots.emplace_back();
        lots.back().push_back(one);
    }
    return lots;
}

bool has_tags(const auto_scaling_group& group, const tag_set& wanted)
{
    return std::ranges::all_of(wanted, [&](const auto& tag) {
        const auto found = group.tags.find(tag.first);
        return found != group.tags.end() && found->second == tag.second;
    });
}

asio::awaitable<result<found_groups>> find_groups(look& at, const asg_poll_request& wanted)
{
    found_groups found;
    std::set<std::string> names;
    for (const auto& [source, known] : wanted.groups) {
        names.insert(source.names.begin(), source.names.end());
        if (source.tags.empty()) continue;
        names.insert(known.begin(), known.end());
        found.of_tags[source.tags];
    }
    for (const auto& lot : in_lots(names, names_per_call)) {
        auto call = groups_by_names(lot);
        auto list = co_await read_all<auto_scaling_group>(at.ask, at.elsewhere, std::move(call), describe_auto_scaling_groups, at.calls);
        if (list.has_error()) co_return list.error();
        for (auto& one : *list) found.all.insert_or_assign(one.name, std::move(one));
    }
    for (auto& [tags, members] : found.of_tags) {
        auto call = groups_by_tags(tags);
        auto list = co_await read_all<auto_scaling_group>(at.ask, at.elsewhere, std::move(call), describe_auto_scaling_groups, at.calls);
        if (list.has_error()) co_return list.error();
        for (auto& one : *list) {
            members.insert(one.name);
            found.all.insert_or_assign(one.name, std::move(one));
        }
    }
    for (const auto& [source, known] : wanted.groups) {
        if (source.tags.empty()) continue;
        for (const auto& name : known) {
            const auto group = found.all.find(name);
            if (group != found.all.end() && has_tags(group->second, source.tags)) found.of_tags[source.tags].insert(name);
        }
    }
    co_return found;
}

asio::awaitable<std::optional<api_error>> add_instances(look& at, std::vector<paged_call> calls, std::set<std::string>& told,
                                                        described_instances& into)
{
    for (auto& call : calls) {
        auto list = co_await read_all<ec2_instance>(at.ask, at.elsewhere, std::move(call), describe_instances, at.calls);
        if (list.has_error()) co_return list.error();
        std::function<void()> job = [&] {
            for (auto& one : *list) {
                told.insert(one.id);
                into.insert_or_assign(one.id, std::move(one));
            }
            list->clear();
        };
        co_await at.elsewhere(std::move(job));
    }
    co_return std::nullopt;
}

std::vector<paged_call> calls_for(const std::vector<std::vector<std::string>>& lots,
                                  const std::function<paged_call(const std::vector<std::string>&)>& one)
{
    std::vector<paged_call> calls;
    for (const auto& lot : lots) calls.push_back(one(lot));
    return calls;
}

described_instances only(const std::set<std::string>& ids, const described_instances& of)
{
    described_instances some;
    for (const auto& id : ids)
        if (const auto found = of.find(id); found != of.end()) some.insert(*found);
    return some;
}

bool needs_describing(const ec2_instance& one)
{
    return one.state != "running" || (one.private_ipv4.empty() && one.ipv6.empty());
}

// Forgets whoever is in no group any more, and finds those in one of whom too little is known.
std::set<std::string> to_describe(const groups_by_name& groups, const std::set<std::string>& told, described_instances& known)
{
    std::set<std::string> all, unclear;
    for (const auto& [name, group] : groups)
        for (const auto& one : group.instances) all.insert(one.id);
    std::erase_if(known, [&](const auto& one) { return !all.contains(one.first); });
    for (const auto& id : all) {
        const auto found = known.find(id);
        if (!told.contains(id) && (found == known.end() || needs_describing(found->second))) unclear.insert(id);
    }
    return unclear;
}

// By the tag of their group: all of them, a page of a thousand at a time, or only who is ending when the rest is known.
// Then by id whoever is not known or was not in service, such as one whose tag is not there yet.
asio::awaitable<std::optional<api_error>> find_instances(look& at, const groups_by_name& groups, described_instances& into,
                                                         std::set<std::string>& told)
{
    std::vector<std::string> names;
    for (const auto& [name, group] : groups)
        if (!group.instances.empty()) names.push_back(name);
    const auto lots = in_lots(names, values_per_filter);
    const auto whole = [](const auto& lot) { return instances_by(group_tag, lot); };
    std::set<std::string> unclear;
    std::function<void()> job = [&] { unclear = to_describe(groups, told, into); };
    bool all = into.empty();
    if (!all) {
        co_await at.elsewhere(job);
        all = unclear.size() > worth_a_whole_list;
    }
    auto calls = all ? calls_for(lots, whole) : calls_for(lots, ending_instances_of);
    auto failed = co_await add_instances(at, std::move(calls), told, into);
    if (failed) co_return failed;
    co_await at.elsewhere(job);
    const auto by_id = [](const auto& lot) { return instances_by("instance-id", lot); };
    calls = calls_for(in_lots(unclear, values_per_filter), by_id);
    co_return co_await add_instances(at, std::move(calls), told, into);
}

asio::awaitable<std::optional<api_error>> find_interruptions(look& at, found_instances& into)
{
    if (std::ranges::none_of(into.by_id, [](const auto& one) { return one.second.spot; })) co_return std::nullopt;
    auto call = interrupted_spot_requests();
    const auto list = co_await read_all<spot_request>(at.ask, at.elsewhere, std::move(call), describe_spot_requests, at.calls);
    if (list.has_error()) co_return list.error();
    for (const auto& one : *list) into.interrupted.insert_or_assign(one.instance, one.status);
    co_return std::nullopt;
}

std::optional<boost::asio::ip::address> address_of(const ec2_instance& one)
{
    for (const auto* text : {&one.private_ipv4, &one.ipv6}) {
        boost::system::error_code bad;
        auto address = boost::asio::ip::make_address(*text, bad);
        if (!bad) return address;
    }
    return std::nullopt;
}

instance_facts facts_of(const asg_instance& seen, const std::string& group, const found_instances& instances)
{
    instance_facts made{seen.id, seen.zone, group, seen.lifecycle_state, seen.health_status, {}};
    if (const auto known = instances.by_id.find(seen.id); known != instances.by_id.end()) {
        const auto& from = known->second;
        made.ec2.emplace(instance_facts::on_ec2{from.state, address_of(from), from.name,
                                                parse_iso_time(from.launch_time), from.spot, {}});
        if (const auto notice = instances.interrupted.find(seen.id); notice != instances.interrupted.end())
            made.ec2->spot_notice = notice->second;
    }
    return made;
}

asg_answer answer_for(const conf::asg_source& source, const found_groups& found, const found_instances& instances)
{
    asg_answer made;
    auto names = source.names;
    if (!source.tags.empty()) {
        const auto& chosen = found.of_tags.at(source.tags);
        names.assign(chosen.begin(), chosen.end());
    }
    unsigned wanted = 0;
    for (const auto& name : names) {
        const auto group = found.all.find(name);
        if (group == found.all.end()) continue;
        made.found.push_back(name);
        wanted += group->second.desired;
        if (group->second.desired != 0 && group->second.instances.empty()) made.hollow.push_back(name);
        for (const auto& one : group->second.instances) made.instances.push_back(facts_of(one, name, instances));
    }
    made.wants_none = wanted == 0 && made.found.size() == names.size() && !names.empty();
    made.ec2_complete = std::ranges::all_of(made.instances, [](const instance_facts& one) { return one.ec2.has_value(); });
    return made;
}

}  // namespace

asio::awaitable<result<asg_poll_answer>> poll_groups(ask_aws ask, asg_poll_request wanted, service::job_runner elsewhere)
{
    look at{std::move(ask), std::move(elsewhere)};
    auto found = co_await find_groups(at, wanted);
    if (found.has_error()) co_return found.error();
    asg_poll_answer made;
    described_instances only_now;
    auto& described = wanted.described ? *wanted.described : only_now;
    std::set<std::string> told;
    made.ec2_failure = co_await find_instances(at, found->all, described, told);
    // What EC2 said in an earlier look is no answer to this one: who follows it holds on to that by itself.
    if (made.ec2_failure && wanted.described) only_now = only(told, described);
    found_instances instances{made.ec2_failure ? only_now : described, {}};
    if (wanted.interruptions) made.spot_failure = co_await find_interruptions(at, instances);
    std::function<void()> job = [&] {
        for (const auto& one : wanted.groups) {
            made.groups.push_back(answer_for(one.what, *found, instances));
            made.groups.back().interruptions_known = wanted.interruptions && !made.spot_failure && !made.ec2_failure;
        }
        found = found_groups();  // taking a large account apart takes as long as putting it together
        only_now.clear();
    };
    co_await at.elsewhere(std::move(job));
    made.calls = at.calls;
    co_return made;
}

}  // namespace gatehouse::discovery::aws
