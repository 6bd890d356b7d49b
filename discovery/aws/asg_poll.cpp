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
    std::map<std::string, ec2_instance> by_id;
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

asio::awaitable<std::optional<api_error>> add_instances(look& at, std::string filter,
                                                        std::vector<std::vector<std::string>> lots,
                                                        found_instances& into)
{
    for (const auto& lot : lots) {
        auto call = instances_by(filter, lot);
        auto list = co_await read_all<ec2_instance>(at.ask, at.elsewhere, std::move(call), describe_instances, at.calls);
        if (list.has_error()) co_return list.error();
        std::function<void()> job = [&] {
            for (auto& one : *list) into.by_id.insert_or_assign(one.id, std::move(one));
            list->clear();
        };
        co_await at.elsewhere(std::move(job));
    }
    co_return std::nullopt;
}

// By the tag of their group, a page of a thousand at a time; those whose tag is not there yet, by id.
asio::awaitable<std::optional<api_error>> find_instances(look& at, const groups_by_name& groups, found_instances& into)
{
    std::vector<std::string> names;
    for (const auto& [name, group] : groups)
        if (!group.instances.empty()) names.push_back(name);
    auto by_group = in_lots(names, values_per_filter);
    const auto failed = co_await add_instances(at, "tag:aws:autoscaling:groupName", std::move(by_group), into);
    if (failed) co_return failed;
    std::set<std::string> unknown;
    for (const auto& [name, group] : groups)
        for (const auto& one : group.instances)
            if (!into.by_id.contains(one.id)) unknown.insert(one.id);
    auto by_id = in_lots(unknown, values_per_filter);
    co_return co_await add_instances(at, "instance-id", std::move(by_id), into);
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
    found_instances instances;
    made.ec2_failure = co_await find_instances(at, found->all, instances);
    if (wanted.interruptions) made.spot_failure = co_await find_interruptions(at, instances);
    std::function<void()> job = [&] {
        for (const auto& one : wanted.groups) {
            made.groups.push_back(answer_for(one.what, *found, instances));
            made.groups.back().interruptions_known = wanted.interruptions && !made.spot_failure && !made.ec2_failure;
        }
        found = found_groups();  // taking a large account apart takes as long as putting it together
        instances = {};
    };
    co_await at.elsewhere(std::move(job));
    made.calls = at.calls;
    co_return made;
}

}  // namespace gatehouse::discovery::aws
