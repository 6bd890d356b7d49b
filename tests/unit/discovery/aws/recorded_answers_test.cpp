#include "discovery/aws/autoscaling_answers.hpp"
#include "discovery/aws/ec2_answers.hpp"
#include "tests/unit/http/shared_data.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

using namespace gatehouse::discovery::aws;
namespace json = boost::json;

namespace {

std::string file_text(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

json::object instance_json(const asg_instance& one)
{
    return {{"InstanceId", one.id},
            {"LifecycleState", one.lifecycle_state},
            {"HealthStatus", one.health_status},
            {"AvailabilityZone", one.zone}};
}

json::array names_json(const std::vector<std::string>& names)
{
    return json::array(names.begin(), names.end());
}

json::value token_json(const std::string& token)
{
    return token.empty() ? json::value() : json::value(token);
}

// In the form of the recording.
json::value as_recorded(const page<auto_scaling_group>& read)
{
    json::array groups;
    for (const auto& one : read.items) {
        json::array instances;
        for (const auto& each : one.instances) instances.push_back(instance_json(each));
        groups.push_back({{"AutoScalingGroupName", one.name},
                          {"DesiredCapacity", one.desired},
                          {"Instances", std::move(instances)},
                          {"SuspendedProcesses", names_json(one.suspended_processes)}});
    }
    return {{"NextToken", token_json(read.next_token)}, {"groups", std::move(groups)}};
}

void check_groups(const std::string& body, const json::value& expected)
{
    const auto read = describe_auto_scaling_groups(body);
    REQUIRE(read.has_value());
    CHECK(as_recorded(*read) == expected);
}

std::string name_among(const json::array& tags)
{
    for (const auto& tag : tags)
        if (tag.at("Key").as_string() == "Name") return std::string(tag.at("Value").as_string());
    return {};
}

void check_instances(const std::string& body, const json::object& expected)
{
    const auto read = describe_instances(body);
    REQUIRE(read.has_value());
    CHECK(token_json(read->next_token) == expected.at("NextToken"));
    const auto& instances = expected.at("instances").as_array();
    REQUIRE(read->items.size() == instances.size());
    for (std::size_t i = 0; i < instances.size(); ++i) {
        const auto& one = instances[i].as_object();
        CHECK(read->items[i].id == text_of(one, "InstanceId"));
        CHECK(read->items[i].state == text_of(one, "State"));
        CHECK(read->items[i].private_ipv4 == text_of(one, "PrivateIpAddress"));
        CHECK(read->items[i].zone == text_of(one, "Placement"));
        CHECK(read->items[i].name == name_among(one.at("Tags").as_array()));
    }
}

void check_error(unsigned status, const std::string& body, const json::object& expected, error_kind kind)
{
    const auto read = read_error(status, body);
    CHECK(read.kind == kind);
    CHECK(read.code == text_of(expected, "Code"));
    CHECK(read.message == text_of(expected, "Message"));
    CHECK(describe_auto_scaling_groups(body).has_error());
    CHECK(describe_instances(body).has_error());
}

// The Query protocol's form of what the examples give as JSON.
void append_xml(std::string& to, const std::string& name, const json::value& value)
{
    to += '<' + name + '>';
    if (const auto* const object = value.if_object())
        for (const auto& [key, inside] : *object) append_xml(to, std::string(key), inside);
    else if (const auto* const list = value.if_array())
        for (const auto& inside : *list) append_xml(to, "member", inside);
    else if (const auto* const text = value.if_string())
        to.append(text->data(), text->size());
    else if (value.is_bool())
        to += value.get_bool() ? "true" : "false";
    else
        to += std::to_string(value.to_number<int>());
    to += "</" + name + '>';
}

// Only what an answer's end may lack: line ends after the root element.
std::size_t end_of_document(const std::string& body)
{
    return body.find_last_of('>') + 1;
}

}  // namespace

TEST_CASE("recorded answers are read as botocore reads them", "[discovery][aws][shared]")
{
    std::size_t cases = 0;
    for (const auto& each : shared_lines("aws-xml/moto-recorded/index.jsonl")) {
        CAPTURE(text_of(each, "name"));
        const auto path = shared_file("aws-xml/moto-recorded/" + text_of(each, "response_file"));
        REQUIRE(path.has_value());
        const auto body = file_text(*path);
        const auto& expected = each.at("expected").as_object();
        if (expected.contains("groups"))
            check_groups(body, expected);
        else if (expected.contains("instances"))
            check_instances(body, expected);
        else
            check_error(each.at("status").to_number<unsigned>(), body, expected.at("error").as_object(),
                        error_kind::not_found);
        ++cases;
    }
    std::cout << "aws-xml/moto-recorded: " << cases << " cases\n";
}

TEST_CASE("a recorded answer that was cut anywhere is refused", "[discovery][aws][shared]")
{
    const auto groups_path = shared_file("aws-xml/moto-recorded/asg-page-1.xml");
    const auto instances_path = shared_file("aws-xml/moto-recorded/ec2-instances-of-web-blue.xml");
    if (!groups_path || !instances_path) return;
    const auto groups = file_text(*groups_path), instances = file_text(*instances_path);
    std::size_t accepted = 0, cuts = 0;
    for (std::size_t size = 0; size < end_of_document(groups); ++size, ++cuts)
        accepted += describe_auto_scaling_groups(std::string_view(groups).substr(0, size)).has_value();
    for (std::size_t size = 0; size < end_of_document(instances); ++size, ++cuts)
        accepted += describe_instances(std::string_view(instances).substr(0, size)).has_value();
    CHECK(accepted == 0);
    std::cout << "aws-xml/moto-recorded: " << cuts << " cut answers\n";
}

TEST_CASE("recorded tags keep their entities and UTF-8", "[discovery][aws][shared]")
{
    const auto path = shared_file("aws-xml/moto-recorded/asg-one-by-name.xml");
    if (!path) return;
    const auto read = describe_auto_scaling_groups(file_text(*path));
    REQUIRE(read.has_value());
    REQUIRE(read->items.size() == 1);
    const auto& group = read->items[0];
    CHECK(group.tags.at("Role") == "web");
    CHECK(group.tags.at("team") == "\xc3\xa9"
                                   "dge & <ops>");
    CHECK(group.zones == std::vector<std::string>{"eu-west-1a", "eu-west-1b", "eu-west-1c"});
}

TEST_CASE("botocore's service answers are read as it reads them", "[discovery][aws][shared]")
{
    const auto directory = shared_file("aws-xml/botocore");
    if (!directory) return;
    const auto read = [&](const std::string& name) { return file_text(*directory + '/' + name); };
    const auto expected = [&](const std::string& name) {
        return json::parse(read(name + ".json")).at("Error").as_object();
    };
    struct example {
        unsigned status;
        std::string name;
        error_kind kind;
    };
    const std::vector<example> errors{{400, "errors-autoscaling-delete-policy", error_kind::invalid_request},
                                      {400, "errors-elb-describe-load-balancers", error_kind::not_found},
                                      {403, "errors-sts-get-session-token", error_kind::permission}};
    for (const auto& [status, name, kind] : errors) {
        CAPTURE(name);
        check_error(status, read(name + ".xml"), expected(name), kind);
    }
    const auto groups =
        describe_auto_scaling_groups(read("responses-autoscaling-describe-auto-scaling-groups.xml"));
    REQUIRE(groups.has_value());
    CHECK(groups->items.empty());
    const auto other = read("responses-autoscaling-describe-auto-scaling-instances.xml");
    CHECK(describe_auto_scaling_groups(other).has_error());  // another call's answer
    std::cout << "aws-xml/botocore: " << errors.size() + 2 << " cases\n";
}

TEST_CASE("the documentation's examples are read", "[discovery][aws][shared]")
{
    const auto path = shared_file("aws-xml/botocore/autoscaling-doc-examples.json");
    if (!path) return;
    std::size_t cases = 0;
    const auto examples = json::parse(file_text(*path));
    for (const auto& each : examples.at("DescribeAutoScalingGroups").as_array()) {
        const auto& output = each.at("output").as_object();
        json::object answer{{"DescribeAutoScalingGroupsResult", output}};
        std::string xml;
        append_xml(xml, "DescribeAutoScalingGroupsResponse", answer);
        const auto read = describe_auto_scaling_groups(xml);
        REQUIRE(read.has_value());
        const auto& groups = output.at("AutoScalingGroups").as_array();
        REQUIRE(read->items.size() == groups.size());
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const auto& group = groups[i].as_object();
            CHECK(read->items[i].name == text_of(group, "AutoScalingGroupName"));
            CHECK(read->items[i].desired == group.at("DesiredCapacity").to_number<unsigned>());
            CHECK(names_json(read->items[i].zones) == group.at("AvailabilityZones"));
            const auto& instances = group.at("Instances").as_array();
            REQUIRE(read->items[i].instances.size() == instances.size());
            for (std::size_t j = 0; j < instances.size(); ++j)
                for (const auto& [key, value] : instance_json(read->items[i].instances[j]))
                    CHECK(value == instances[j].at(key));
        }
        ++cases;
    }
    std::cout << "aws-xml/botocore/autoscaling-doc-examples.json: " << cases << " case\n";
}
