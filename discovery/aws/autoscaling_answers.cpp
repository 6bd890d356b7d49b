#include "discovery/aws/autoscaling_answers.hpp"

#include "discovery/aws/xml_answer.hpp"

#include <charconv>
#include <optional>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

std::optional<unsigned> number_at(pugi::xml_node parent, const char* child)
{
    const auto text = text_at(parent, child);
    const char* const end = text.data() + text.size();
    unsigned number = 0;
    const auto [rest, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc() || rest != end) return std::nullopt;
    return number;
}

std::vector<std::string> zones_of(pugi::xml_node group)
{
    std::vector<std::string> zones;
    for (const auto one : group.child("AvailabilityZones").children("member")) zones.push_back(text_of(one));
    return zones;
}

std::vector<std::string> suspended_processes_of(pugi::xml_node group)
{
    std::vector<std::string> names;
    for (const auto one : group.child("SuspendedProcesses").children("member"))
        names.push_back(text_at(one, "ProcessName"));
    return names;
}

asg_instance read_instance(pugi::xml_node from)
{
    return {text_at(from, "InstanceId"), text_at(from, "AvailabilityZone"), text_at(from, "LifecycleState"),
            text_at(from, "HealthStatus")};
}

result<auto_scaling_group> read_group(pugi::xml_node from)
{
    auto_scaling_group group;
    group.name = text_at(from, "AutoScalingGroupName");
    if (group.name.empty()) return invalid_answer("a group has no name");
    const auto desired = number_at(from, "DesiredCapacity");
    if (!desired) return invalid_answer("group '" + group.name + "' has no desired capacity");
    group.desired = *desired;
    for (const auto one : from.child("Instances").children("member")) {
        group.instances.push_back(read_instance(one));
        if (group.instances.back().id.empty())
            return invalid_answer("an instance of group '" + group.name + "' has no id");
    }
    for (const auto one : from.child("Tags").children("member"))
        group.tags.insert_or_assign(text_at(one, "Key"), text_at(one, "Value"));
    group.zones = zones_of(from);
    group.suspended_processes = suspended_processes_of(from);
    return group;
}

}  // namespace

result<page<auto_scaling_group>> describe_auto_scaling_groups(std::string_view xml)
{
    const auto document = parse_answer(xml, "DescribeAutoScalingGroupsResponse");
    if (!document) return document.error();
    const auto answer = (*document)->document_element().child("DescribeAutoScalingGroupsResult");
    const auto list = answer.child("AutoScalingGroups");
    if (!list) return invalid_answer("the answer has no list of groups");  // none is an empty list
    page<auto_scaling_group> read;
    read.next_token = text_at(answer, "NextToken");
    for (const auto one : list.children("member")) {
        auto group = read_group(one);
        if (!group) return group.error();
        read.items.push_back(std::move(*group));
    }
    return read;
}

result<auto_scaling_group> read_auto_scaling_group(std::string_view xml)
{
    const auto document = parse_answer(xml, "member");
    if (!document) return document.error();
    return read_group((*document)->document_element());
}

result<std::vector<lifecycle_hook>> describe_lifecycle_hooks(std::string_view xml)
{
    const auto document = parse_answer(xml, "DescribeLifecycleHooksResponse");
    if (!document) return document.error();
    const auto answer = (*document)->document_element().child("DescribeLifecycleHooksResult");
    const auto list = answer.child("LifecycleHooks");
    if (!list) return invalid_answer("the answer has no list of hooks");
    std::vector<lifecycle_hook> read;
    for (const auto one : list.children("member")) {
        const auto timeout = number_at(one, "HeartbeatTimeout");
        lifecycle_hook hook;
        hook.name = text_at(one, "LifecycleHookName");
        hook.transition = text_at(one, "LifecycleTransition");
        hook.default_result = text_at(one, "DefaultResult");
        if (hook.name.empty() || !timeout) return invalid_answer("a hook has no name or no timeout");
        hook.heartbeat_timeout = std::chrono::seconds(*timeout);
        read.push_back(std::move(hook));
    }
    return read;
}

}  // namespace gatehouse::discovery::aws
