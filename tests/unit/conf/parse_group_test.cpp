#include "tests/unit/conf/problems.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <variant>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view document = "groups:\n  g: { @ }\n";

void rejects(std::initializer_list<rejection> all)
{
    check_rejections(document, 2, "groups.g", all);
}

template <class Source> Source read(std::string_view written)
{
    std::string text(document);
    text.replace(text.find('@'), 1, written);
    const auto read = parse(text, "/etc/gatehouse/f.yaml", file_access::skipped);
    REQUIRE(read.problems.empty());
    return std::get<Source>(read.value->groups.at(0).source);
}

}  // namespace

TEST_CASE("instances are addresses or mappings around one", "[conf][group]")
{
    CHECK(
        read<instances_source>("instances: [ 10.0.0.1, \"2001:DB8::0:1\", { id: api-1, address: 10.0.0.2, "
                               "zone: eu-west-2a, name: the first, port: 8001 }, { address: 10.0.0.3 } ]") ==
        instances_source{{{"10.0.0.1", "10.0.0.1", "", "", std::nullopt},
                          {"2001:db8::1", "2001:db8::1", "", "", std::nullopt},
                          {"api-1", "10.0.0.2", "eu-west-2a", "the first", 8001},
                          {"10.0.0.3", "10.0.0.3", "", "", std::nullopt}}});
    CHECK(read<instances_source>("instances: []").members.empty());
}

TEST_CASE("a group file is looked for in the folder of the configuration", "[conf][group]")
{
    CHECK(read<file_source>("file: groups/web.yaml").path == "/etc/gatehouse/groups/web.yaml");
    CHECK(read<file_source>("file: ../web.yaml").path == "/etc/web.yaml");
    CHECK(read<file_source>("file: /srv/web.yaml").path == "/srv/web.yaml");
}

TEST_CASE("a dns group is resolved every ten seconds unless it says otherwise", "[conf][group]")
{
    CHECK(read<dns_source>("dns: old.internal.example") == dns_source{"old.internal.example", 10s});
    CHECK(read<dns_source>("dns: old.internal.example., refresh: 1m") ==
          dns_source{"old.internal.example.", 1min});
}

TEST_CASE("a group follows Auto Scaling Groups by name or by tags", "[conf][group]")
{
    CHECK(read<asg_source>("asg: web-asg") == asg_source{{"web-asg"}, {}});
    CHECK(read<asg_source>("asg: [web-on-demand, web spot/2]") == asg_source{{"web-on-demand", "web spot/2"}, {}});
    CHECK(read<asg_source>("asg_tags: { app: web, stage: prod }") == asg_source{{}, {{"app", "web"}, {"stage", "prod"}}});
}

TEST_CASE("a group out of its rules is refused at the value", "[conf][group]")
{
    rejects({
        {"members: web", 8, ".members: unknown key; allowed: asg, asg_tags, instances, file, dns, refresh"},
        {R"(asg: "a:b")", 13,
         ".asg: expected the name of an Auto Scaling Group: 1-255 characters, no ':', found 'a:b'"},
        {"asg: [web, web]", 19,
         ".asg[1]: the Auto Scaling Group 'web' is used already, by groups.g.asg[0]"},
        {"asg: []", 13, ".asg: at least one value is needed"},
        {"asg_tags: {}", 18, ".asg_tags: expected at least one tag"},
        {"asg: web, asg_tags: { app: web }", 6,
         ": expected exactly one of asg, asg_tags, instances, file and dns"},
        {"instance: [10.0.0.1]", 8, ".instance: unknown key, did you mean 'instances'?"},
        {"instances: [web.example]", 20,
         ".instances[0]: expected an IP address such as 10.0.11.5 or 2001:db8::5, found "
         "'web.example'; names go into a dns group"},
        {"instances: [ { id: a } ]", 21, ".instances[0].address: is required"},
        {"instances: [ { address: 0.0.0.0 } ]", 32,
         ".instances[0].address: is not the address of a server, found '0.0.0.0'"},
        {"instances: [224.0.0.1]", 20, ".instances[0]: is not the address of a server, found '224.0.0.1'"},
        {"instances: [ 10.0.0.1, { id: 10.0.0.1, address: 10.0.0.2 } ]", 31,
         ".instances[1]: id '10.0.0.1' is used already, by groups.g.instances[0]"},
        {R"(instances: [ { id: "a b", address: 10.0.0.1 } ])", 27,
         ".instances[0].id: expected 1-128 letters, digits, '.', '_', '-' or ':', found 'a b'"},
        {"instances: [ { address: 10.0.0.1, port: 0 } ]", 48,
         ".instances[0].port: expected a whole number 1 .. 65535, found '0'"},
        {"instances: [ { address: 10.0.0.1, port: 70000 } ]", 48,
         ".instances[0].port: expected a whole number 1 .. 65535, found '70000'"},
        {R"(instances: [ { address: 10.0.0.1, zone: "eu west" } ])", 48,
         ".instances[0].zone: expected a name of 1-64 letters, digits, '.', '_' or '-', found "
         "'eu west'"},
        {"instances: 10.0.0.1", 19, ".instances: expected a list, found '10.0.0.1'"},
        {"dns: 10.0.0.1", 13,
         ".dns: expected a DNS name, found '10.0.0.1'; addresses go into an instances group"},
        {R"(dns: "a..b")", 13, ".dns: expected a DNS name, found 'a..b'"},
        {"dns: web.example, refresh: 50ms", 35, ".refresh: must be 100ms .. 1h, found '50ms'"},
        {"dns: web.example, refresh: 2h", 35, ".refresh: must be 100ms .. 1h, found '2h'"},
        {R"(file: "")", 14, ".file: expected the path of a file, found ''"},
        {"file: a.yaml, dns: b.example", 6, ": expected exactly one of asg, asg_tags, instances, file and dns"},
        {"refresh: 5s", 6, ": expected exactly one of asg, asg_tags, instances, file and dns"},
        {"file: a.yaml, refresh: 5s", 31,
         ".refresh: belongs to a dns group; a file is watched, instances are fixed"},
        {"instances: [ [ 1 ] ]", 21, ".instances[0]: expected a mapping, found a list"},
        {"file: [a]", 14, ".file: expected a single value, found a list"},
        {"file:", 8, ".file: expected a single value, found nothing"},
    });
}

TEST_CASE("the name of a group is a word", "[conf][group]")
{
    CHECK(problems("groups: { \"a/b\": { dns: a.example } }\n") ==
          "f.yaml:1:11: groups.a/b: expected a name of 1-64 letters, digits, '.', '_' or '-', found 'a/b'");
}
