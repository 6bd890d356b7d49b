#include "discovery/aws/asg_poll.hpp"

#include "discovery/aws/autoscaling_answers.hpp"
#include "discovery/aws/ec2_answers.hpp"
#include "discovery/aws/iso_time.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;

constexpr std::size_t names_per_call = 100;    // DescribeAutoScalingGroups: MaxRecords' limit
constexpr std::size_t values_per_filter = 200;  // DescribeInstances: values of one filter
constexpr unsigned most_pages = 2000;          // of one list: far beyond what an account may hold

using tag_set = std::map<std::string, std::string>;
using groups_by_name = std::map<std::string, auto_scaling_group>;
using instances_by_id = std::map<std::string, ec2_instance>;

template <class T>
using page_reader = result<page<T>> (*)(std::string_view);

struct paged_call {
    std::string service, action, version;
    std::vector<std::pair<std::string, std::string>> parameters;
};

struct look {
    ask_aws ask;
    unsigned calls = 0;
};

// Every page of a list.
template <class T>
asio::awaitable<result<std::vector<T>>> read_all(look& at, paged_call what, page_reader<T> read)
{
    std::vector<T> all;
    std::set<std::string> tokens;
    std::string token;
    for (unsigned number = 0; number < most_pages; ++number) {
        form parameters(what.action, what.version);
        for (const auto& [name, value] : what.parameters) parameters.add(name, value);
        if (!token.empty()) parameters.add("NextToken", token);
        ++at.calls;
        auto body = co_await at.ask(what.service, what.action, std::move(parameters));
        if (body.has_error()) co_return body.error();
        auto part = read(*body);
        if (part.has_error()) co_return part.error();
        std::move(part->items.begin(), part->items.end(), std::back_inserter(all));
        token = part->next_token;
        if (token.empty()) co_return all;
        if (!tokens.insert(token).second) break;
    }
    co_return api_error(error_kind::invalid_answer, 200, "", what.action + ": its pages do not end");
}

paged_call describe_groups() { return {"autoscaling", "DescribeAutoScalingGroups", "2011-01-01", {{"MaxRecords", "100"}}}; }

paged_call groups_by_names(const std::vector<std::string>& names)
{
    auto call = describe_groups();
    for (std::size_t i = 0; i < names.size(); ++i)
        call.parameters.emplace_back("AutoScalingGroupNames.member." + std::to_string(i + 1), names[i]);
    return call;
}

paged_call groups_by_tags(const tag_set& tags)
{
    auto call = describe_groups();
    std::size_t number = 0;
    for (const auto& [key, value] : tags) {
        const auto filter = "Filters.member." + std::to_string(++number);
        call.parameters.emplace_back(filter + ".Name", "tag:" + key);
        call.parameters.emplace_back(filter + ".Values.member.1", value);
    }
    return call;
}

paged_call instances_by(const std::string& filter, const std::vector<std::string>& values)
{
    paged_call call{"ec2", "DescribeInstances", "2016-11-15", {{"MaxResults", "1000"}, {"Filter.1.Name", filter}}};
    for (std::size_t i = 0; i < values.size(); ++i)
        call.parameters.emplace_back("Filter.1.Value." + std::to_string(i + 1), values[i]);
    return call;
}

template <class Container> std::vector<std::vector<std::string>> in_lots(const Container& all, std::size_t of)
{
    std::vector<std::vector<std::string>> lots;
    for (const auto& one : all) {
        if (lots.empty() || lots.back().size() == of) lots.emplace_back();
        lots.back().push_back(one);
    }
    return lots;
}

struct found_groups {
    groups_by_name all;
    std::map<tag_set, std::vector<std::string>> of_tags;  // names
};

asio::awaitable<result<found_groups>> find_groups(look& at, const std::vector<conf::asg_source>& wanted)
{
    found_groups found;
    std::set<std::string> names;
    for (const auto& source : wanted) {
        names.insert(source.names.begin(), source.names.end());
        if (!source.tags.empty()) found.of_tags[source.tags];
    }
    for (const auto& lot : in_lots(names, names_per_call)) {
        auto call = groups_by_names(lot);
        auto list = co_await read_all<auto_scaling_group>(at, std::move(call), describe_auto_scaling_groups);
        if (list.has_error()) co_return list.error();
        for (auto& one : *list) found.all.insert_or_assign(one.name, std::move(one));
    }
    for (auto& [tags, members] : found.of_tags) {
        auto call = groups_by_tags(tags);
        auto list = co_await read_all<auto_scaling_group>(at, std::move(call), describe_auto_scaling_groups);
        if (list.has_error()) co_return list.error();
        for (auto& one : *list) {
            members.push_back(one.name);
            found.all.insert_or_assign(one.name, std::move(one));
        }
    }
    co_return found;
}

asio::awaitable<std::optional<api_error>> add_instances(look& at, std::string filter,
                                                        std::vector<std::vector<std::string>> lots,
                                                        instances_by_id& into)
{
    for (const auto& lot : lots) {
        auto call = instances_by(filter, lot);
        auto list = co_await read_all<ec2_instance>(at, std::move(call), describe_instances);
        if (list.has_error()) co_return list.error();
        for (auto& one : *list) into.insert_or_assign(one.id, std::move(one));
    }
    co_return std::nullopt;
}

// By the tag of their group, a page of a thousand at a time; those whose tag is not there yet, by id.
asio::awaitable<std::optional<api_error>> find_instances(look& at, const groups_by_name& groups, instances_by_id& into)
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
            if (!into.contains(one.id)) unknown.insert(one.id);
    auto by_id = in_lots(unknown, values_per_filter);
    co_return co_await add_instances(at, "instance-id", std::move(by_id), into);
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

instance_facts facts_of(const asg_instance& seen, const std::string& group, const instances_by_id& instances)
{
    instance_facts made{seen.id, seen.zone, group, seen.lifecycle_state, seen.health_status, {}};
    if (const auto known = instances.find(seen.id); known != instances.end()) {
        const auto& from = known->second;
        made.ec2.emplace(instance_facts::on_ec2{from.state, address_of(from), from.name, parse_iso_time(from.launch_time)});
    }
    return made;
}

asg_answer answer_for(const conf::asg_source& source, const found_groups& found, const instances_by_id& instances)
{
    asg_answer made;
    const auto& names = source.tags.empty() ? source.names : found.of_tags.at(source.tags);
    unsigned wanted = 0;
    for (const auto& name : names) {
        const auto group = found.all.find(name);
        if (group == found.all.end()) continue;
        made.found.push_back(name);
        wanted += group->second.desired;
        for (const auto& one : group->second.instances) made.instances.push_back(facts_of(one, name, instances));
    }
    made.wants_none = wanted == 0 && made.found.size() == names.size() && !names.empty();
    made.ec2_complete = std::ranges::all_of(made.instances, [](const instance_facts& one) { return one.ec2.has_value(); });
    return made;
}

}  // namespace

asio::awaitable<result<asg_poll_answer>> poll_groups(ask_aws ask, std::vector<conf::asg_source> wanted)
{
    look at{std::move(ask)};
    auto found = co_await find_groups(at, wanted);
    if (found.has_error()) co_return found.error();
    asg_poll_answer made;
    instances_by_id instances;
    made.ec2_failure = co_await find_instances(at, found->all, instances);
    for (const auto& source : wanted) made.groups.push_back(answer_for(source, *found, instances));
    made.calls = at.calls;
    co_return made;
}

}  // namespace gatehouse::discovery::aws
