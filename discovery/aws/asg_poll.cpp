#include "discovery/aws/asg_poll.hpp"

#include "discovery/aws/asg_calls.hpp"
#include "discovery/aws/autoscaling_answers.hpp"
#include "discovery/aws/ec2_answers.hpp"
#include "service/burst.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;

using tag_set = std::map<std::string, std::string>;

constexpr std::size_t worth_a_whole_list = 1000;  // instances to describe by id, five calls

struct look {
    ask_aws ask;
    service::job_runner elsewhere;
    look_memory& memory;
    unsigned calls = 0;
};

struct found_groups {
    groups_by_name all;
    std::map<tag_set, std::set<std::string>> of_tags;  // names
};

// Instances that EC2 told of in this look, and those among them of whom it said something else before, or nothing.
struct news_of_ec2 {
    std::unordered_set<std::string> told, changed;
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
    const page_reader<group_reader::group> read = [&at](std::string_view xml) { return at.memory.groups.read(xml); };
    for (const auto& lot : in_lots(names, names_per_call)) {
        auto call = groups_by_names(lot);
        auto list = co_await read_all<group_reader::group>(at.ask, at.elsewhere, std::move(call), read, at.calls);
        if (list.has_error()) co_return list.error();
        for (auto& one : *list) found.all.insert_or_assign(one->name, std::move(one));
    }
    for (auto& [tags, members] : found.of_tags) {
        auto call = groups_by_tags(tags);
        auto list = co_await read_all<group_reader::group>(at.ask, at.elsewhere, std::move(call), read, at.calls);
        if (list.has_error()) co_return list.error();
        for (auto& one : *list) {
            members.insert(one->name);
            found.all.insert_or_assign(one->name, std::move(one));
        }
    }
    for (const auto& [source, known] : wanted.groups) {
        if (source.tags.empty()) continue;
        for (const auto& name : known) {
            const auto group = found.all.find(name);
            if (group != found.all.end() && has_tags(*group->second, source.tags)) found.of_tags[source.tags].insert(name);
        }
    }
    std::function<void()> job = [&at] {
        at.memory.groups.end_look();
        at.memory.described.reset();
    };
    co_await at.elsewhere(std::move(job));
    co_return found;
}

void add(std::vector<ec2_instance> list, described_instances& into, news_of_ec2& news)
{
    for (auto& one : list) {
        service::let_others_run();
        news.told.insert(one.id);
        const auto before = into.find(one.id);
        if (before != into.end() && before->second == one) continue;
        news.changed.insert(one.id);
        into.insert_or_assign(one.id, std::move(one));
    }
}

asio::awaitable<std::optional<api_error>> add_instances(look& at, std::vector<paged_call> calls, described_instances& into,
                                                        news_of_ec2& news)
{
    for (auto& call : calls) {
        auto list = co_await read_all<ec2_instance>(at.ask, at.elsewhere, std::move(call), describe_instances, at.calls);
        if (list.has_error()) co_return list.error();
        if (list->empty()) continue;
        std::function<void()> job = [&] { add(std::exchange(*list, {}), into, news); };
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

described_instances only(const std::unordered_set<std::string>& ids, const described_instances& of)
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
std::set<std::string> to_describe(const groups_by_name& groups, const news_of_ec2& news, described_instances& known)
{
    std::unordered_set<std::string_view> all;
    std::set<std::string> unclear;
    for (const auto& [name, group] : groups) {
        for (const auto& one : group->instances) {
            service::let_others_run();
            all.insert(one.id);
            const auto found = known.find(one.id);
            if (found != known.end() && !needs_describing(found->second)) continue;
            if (!news.told.contains(one.id)) unclear.insert(one.id);
        }
    }
    std::erase_if(known, [&](const auto& one) {
        service::let_others_run();
        return !all.contains(one.first);
    });
    return unclear;
}

// By the tag of their group: all of them, a page of a thousand at a time, or only who is ending when the rest is known.
// Then by id whoever is not known or was not in service, such as one whose tag is not there yet.
asio::awaitable<std::optional<api_error>> find_instances(look& at, const groups_by_name& groups, described_instances& into,
                                                         news_of_ec2& news)
{
    std::vector<std::string> names;
    for (const auto& [name, group] : groups)
        if (!group->instances.empty()) names.push_back(name);
    const auto lots = in_lots(names, values_per_filter);
    const auto whole = [](const auto& lot) { return instances_by(group_tag, lot); };
    std::set<std::string> unclear;
    std::function<void()> job = [&] { unclear = to_describe(groups, news, into); };
    bool all = into.empty();
    if (!all) {
        co_await at.elsewhere(job);
        all = unclear.size() > worth_a_whole_list;
    }
    auto calls = all ? calls_for(lots, whole) : calls_for(lots, ending_instances_of);
    auto failed = co_await add_instances(at, std::move(calls), into, news);
    if (failed) co_return failed;
    if (all || !news.told.empty()) co_await at.elsewhere(job);
    const auto by_id = [](const auto& lot) { return instances_by("instance-id", lot); };
    calls = calls_for(in_lots(unclear, values_per_filter), by_id);
    co_return co_await add_instances(at, std::move(calls), into, news);
}

asio::awaitable<std::optional<api_error>> find_interruptions(look& at, const described_instances& instances,
                                                             spot_notices& into)
{
    bool any = false;
    std::function<void()> job = [&] { any = std::ranges::any_of(instances, [](const auto& one) { return one.second.spot; }); };
    co_await at.elsewhere(std::move(job));
    if (!any) co_return std::nullopt;
    auto call = interrupted_spot_requests();
    const auto list = co_await read_all<spot_request>(at.ask, at.elsewhere, std::move(call), describe_spot_requests, at.calls);
    if (list.has_error()) co_return list.error();
    for (const auto& one : *list) into.insert_or_assign(one.instance, one.status);
    co_return std::nullopt;
}

// Of each configured group the names of its Auto Scaling Groups.
std::vector<std::vector<std::string>> names_of(const asg_poll_request& wanted, const found_groups& found)
{
    std::vector<std::vector<std::string>> all;
    for (const auto& [source, known] : wanted.groups) {
        all.push_back(source.names);
        if (source.tags.empty()) continue;
        const auto& chosen = found.of_tags.at(source.tags);
        all.back().assign(chosen.begin(), chosen.end());
    }
    return all;
}

}  // namespace

asio::awaitable<result<asg_poll_answer>> poll_groups(ask_aws ask, asg_poll_request wanted, service::job_runner elsewhere)
{
    const auto memory = wanted.memory ? wanted.memory : std::make_shared<look_memory>();
    const bool as_before = wanted.described && memory->described == wanted.described;
    look at{std::move(ask), std::move(elsewhere), *memory};
    auto found = co_await find_groups(at, wanted);
    if (found.has_error()) co_return found.error();
    asg_poll_answer made;
    described_instances only_now;
    auto& described = wanted.described ? *wanted.described : only_now;
    news_of_ec2 news;
    made.ec2_failure = co_await find_instances(at, found->all, described, news);
    // What EC2 said in an earlier look is no answer to this one: who follows it holds on to that by itself.
    if (made.ec2_failure && wanted.described) only_now = only(news.told, described);
    const auto& instances = made.ec2_failure ? only_now : described;
    spot_notices interrupted;
    if (wanted.interruptions) made.spot_failure = co_await find_interruptions(at, instances, interrupted);
    std::function<void()> job = [&] {
        const bool known = wanted.interruptions && !made.spot_failure && !made.ec2_failure;
        const auto* changed = as_before && !made.ec2_failure ? &news.changed : nullptr;
        const findings seen{found->all, instances, interrupted, known, changed};
        made.groups = memory->answers.answer(names_of(wanted, *found), seen);
        if (!made.ec2_failure) memory->described = wanted.described;
        found = found_groups();  // taking a large account apart takes as long as putting it together
        only_now.clear();
        news = {};
    };
    co_await at.elsewhere(std::move(job));
    made.calls = at.calls;
    co_return made;
}

}  // namespace gatehouse::discovery::aws
