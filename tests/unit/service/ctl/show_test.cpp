#include "service/ctl/json_view.hpp"
#include "service/ctl/show.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <catch2/catch.hpp>

namespace gatehouse::service::ctl {

using boost::json::parse;

TEST_CASE("the status is shown as facts and a table of listeners", "[ctl]")
{
    const auto status = parse(R"({"version":"0.1.0","state":"running","uptime_seconds":93784,"workers":2,
        "requests_total":12345,"config":{"file":"/etc/gatehouse/gatehouse.yaml","loaded_at":"2026-11-20T11:00:00.000Z",
        "generation":3,"last_reload_successful":true,"errors":[]},
        "listeners":[{"name":"https","address":"0.0.0.0:443","protocol":"https","connections":17},
                     {"name":"http","address":"[::]:80","protocol":"http","connections":0}]})");
    CHECK(show_status(status) ==
          "version        0.1.0\n"
          "state          running, up 1d 2h\n"
          "workers        2\n"
          "requests       12345\n"
          "configuration  /etc/gatehouse/gatehouse.yaml, generation 3, loaded 2026-11-20T11:00:00.000Z\n"
          "last reload    ok\n"
          "\n"
          "LISTENER  ADDRESS      PROTOCOL  CONNECTIONS\n"
          "https     0.0.0.0:443  https     17\n"
          "http      [::]:80      http      0\n");
}

TEST_CASE("the status shows why the last reload failed", "[ctl]")
{
    const auto shown = show_status(
        parse(R"({"config":{"last_reload_successful":false,"errors":["a.yaml:3:5: lb.x: unknown key"]}})"));
    CHECK(shown.find("last reload    failed, the configuration before it still serves\n"
                     "  a.yaml:3:5: lb.x: unknown key\n") != shown.npos);
}

TEST_CASE("the targets are shown in one table, with notes on groups in trouble", "[ctl]")
{
    const auto targets = parse(R"({"target_groups":[
        {"name":"web","fail_open":true,"targets":[
          {"id":"i-1","name":"one","zone":"a","lifecycle":"in_service","address":"10.0.0.1:80","state":"unhealthy",
           "reason":"connect: refused","in_flight":0,"drain_seconds_left":null,"operator_drained":false},
          {"id":"i-2","name":"","zone":"b","address":"10.0.0.2:80","state":"draining","reason":"",
           "in_flight":4,"drain_seconds_left":245,"operator_drained":true}]},
        {"name":"old","fail_open":false,"targets":[]}]})");
    CHECK(
        show_targets(targets) ==
        "GROUP  TARGET  NAME  ZONE  LIFECYCLE   ADDRESS      STATE                IN FLIGHT  DRAIN LEFT  "
        "REASON\n"
        "web    i-1     one   a     in_service  10.0.0.1:80  unhealthy            0          -           "
        "connect: refused\n"
        "web    i-2     -     b     -           10.0.0.2:80  draining (operator)  4          4m 5s       -\n"
        "\n"
        "web fails open: too few are healthy, all get requests\n"
        "old has no targets\n");
}

TEST_CASE("the targets are shown with what Auto Scaling said, and when", "[ctl]")
{
    const auto targets = parse(R"({"target_groups":[
        {"name":"web","source":"asg","age_seconds":3,"targets":[
          {"id":"i-1","zone":"a","zone_away":true,"lifecycle":"terminating","provider_state":"Terminating:Wait"},
          {"id":"i-2","zone":"b","zone_away":false,"lifecycle":"in_service","provider_state":""}]},
        {"name":"far","source":"dns","age_seconds":75,"fail_open":true,"targets":[{"id":"d"}]},
        {"name":"new","source":"asg","age_seconds":null,"targets":[{"id":"n"}]},
        {"name":"own","source":"list","age_seconds":9,"targets":[{"id":"o"}]},
        {"name":"odd","source":null,"age_seconds":9,"targets":[{"id":"p"}]}]})");
    CHECK(show_targets(targets) ==
          "GROUP  TARGET  NAME  ZONE      LIFECYCLE         ADDRESS  STATE  IN FLIGHT  DRAIN LEFT  REASON\n"
          "web    i-1     -     a (away)  Terminating:Wait  -        -      -          -           -\n"
          "web    i-2     -     b         in_service        -        -      -          -           -\n"
          "far    d       -     -         -                 -        -      -          -           -\n"
          "new    n       -     -         -                 -        -      -          -           -\n"
          "own    o       -     -         -                 -        -      -          -           -\n"
          "odd    p       -     -         -                 -        -      -          -           -\n"
          "\n"
          "web: Auto Scaling answered 3s ago\n"
          "far fails open: too few are healthy, all get requests\n"
          "far: DNS answered 1m 15s ago\n");
}

TEST_CASE("the zones are shown with this node's and the time they are away", "[ctl]")
{
    const auto zones = parse(R"({"zones":[
        {"zone":"eu-west-2a","own":true,"targets":12,"healthy":11,"away_seconds_left":3130},
        {"zone":"eu-west-2b","own":false,"targets":9,"healthy":9,"away_seconds_left":null},
        {"zone":"","own":false,"targets":1,"healthy":0,"away_seconds_left":null}]})");
    CHECK(show_zones(zones) == "ZONE                      TARGETS  HEALTHY  AWAY\n"
                               "eu-west-2a (this node's)  12       11       52m 10s left\n"
                               "eu-west-2b                9        9        -\n"
                               "-                         1        0        -\n");
    CHECK(show_zone(parse(R"({"zone":"eu-west-2a","away_seconds_left":3600})")) ==
          "eu-west-2a is away, 1h left\n");
    CHECK(show_zone(parse(R"({"zone":"eu-west-2a","away_seconds_left":null})")) == "eu-west-2a is back\n");
}

TEST_CASE("a drain is shown for each group", "[ctl]")
{
    const auto results = parse(R"([{"group":"web","id":"i-1","state":"draining"}])");
    CHECK(show_drained(results.get_array()) == "GROUP  TARGET  STATE\n"
                                               "web    i-1     draining\n");
}

TEST_CASE("an explanation names the rule, the way and every step", "[ctl]")
{
    const auto forward = parse(R"({"listener":"https","rule":"canary","matched":["host api.example.com"],
        "action":{"type":"forward"},"target_groups":[{"group":"api","weight":90},{"group":"new","weight":10}],
        "targets":["10.0.0.1:80",{"id":"i-2","address":"10.0.0.2:80","state":"healthy"}],
        "steps":["rule first: path does not match","rule canary: matches"]})");
    CHECK(show_explanation(forward) == "listener      https\n"
                                       "rule          canary\n"
                                       "matched       host api.example.com\n"
                                       "action        forward\n"
                                       "target group  api, weight 90\n"
                                       "target group  new, weight 10\n"
                                       "target        10.0.0.1:80\n"
                                       "target        i-2 10.0.0.2:80 healthy\n"
                                       "\n"
                                       "steps\n"
                                       "  rule first: path does not match\n"
                                       "  rule canary: matches\n");
    const auto redirect = parse(R"({"listener":"http","rule":"default",
        "action":{"type":"redirect","status":301,"path":null,"location":"https://x/"}})");
    CHECK(show_explanation(redirect) == "listener  http\n"
                                        "rule      default\n"
                                        "action    redirect status=301 location=https://x/\n");
}

TEST_CASE("a request that no rule is asked about is shown with its refusal", "[ctl]")
{
    CHECK(show_explanation(
              parse(R"({"listener":"http","refused":"bad_host","status":400,"steps":["refused"]})")) ==
          "listener  http\n"
          "refused   bad_host, status 400\n"
          "\n"
          "steps\n"
          "  refused\n");
}

TEST_CASE("a target is explained for each group, and then as a whole", "[ctl]")
{
    const auto explained = parse(R"({"id":"i-0abc","targets":[
        {"group":"web","address":"10.0.1.5:80","zone":"eu-west-2a","used":true,"state":"healthy",
         "steps":["it is in the inventory of group web","its health checks pass"]},
        {"group":"api","address":"10.0.1.5:81","zone":"","used":false,"state":"unhealthy"}],
        "steps":["its Name tag is web-1"]})");
    CHECK(show_target_explanation(explained) == "target  i-0abc\n"
                                                "\n"
                                                "web: gets requests\n"
                                                "  address  10.0.1.5:80\n"
                                                "  zone     eu-west-2a\n"
                                                "  state    healthy\n"
                                                "  steps\n"
                                                "    it is in the inventory of group web\n"
                                                "    its health checks pass\n"
                                                "\n"
                                                "api: gets no requests\n"
                                                "  address  10.0.1.5:81\n"
                                                "  zone     -\n"
                                                "  state    unhealthy\n"
                                                "\n"
                                                "steps\n"
                                                "  its Name tag is web-1\n");
    CHECK(show_target_explanation(
              parse(R"({"id":"i-1","targets":[],"steps":["Auto Scaling says Standby"]})")) ==
          "target  i-1\n"
          "\n"
          "it is in no target group\n"
          "\n"
          "steps\n"
          "  Auto Scaling says Standby\n");
}

TEST_CASE("a discovery is shown from where it asked to its problems", "[ctl]")
{
    const auto found = parse(R"({"region":"eu-west-2","credentials":"environment","seconds":0.21,"calls":3,
        "groups":[
          {"name":"web","result":"success","missing":["gone-asg"],"auto_scaling_groups":["web-asg","new-asg"],
           "instances":[
             {"id":"i-1","auto_scaling_group":"web-asg","zone":"a","state":"InService","health":"Healthy",
              "ec2_state":"running","address":"10.0.1.5","name":"web-1","launched":1795178871,"spot":false,
              "lifecycle":"in_service"},
             {"id":"i-2","auto_scaling_group":"new-asg","zone":"b","state":"Pending","health":"Healthy",
              "ec2_state":"pending","address":null,"name":"","launched":null,"spot":true,"lifecycle":"pending"}]},
          {"name":"api","result":"denied","missing":[],"auto_scaling_groups":[],"instances":[]}],
        "hooks":[{"auto_scaling_group":"web-asg","hook":"gatehouse-drain","heartbeat_seconds":60},
                 {"auto_scaling_group":"new-asg","hook":"gatehouse-drain","heartbeat_seconds":null}],
        "problems":["ec2:DescribeInstances is not allowed: no","there is no gone-asg"]})");
    CHECK(show_discovery(found) == "region       eu-west-2\n"
                                   "credentials  environment\n"
                                   "calls        3 in 0.21s\n"
                                   "\n"
                                   "GROUP  RESULT   AUTO SCALING GROUPS                   INSTANCES\n"
                                   "web    success  web-asg, new-asg, gone-asg (missing)  2\n"
                                   "api    denied   -                                     0\n"
                                   "\n"
                                   "GROUP  INSTANCE  ZONE  STATE      HEALTH   EC2             ADDRESS   "
                                   "NAME   LAUNCHED                  "
                                   "LIFECYCLE\n"
                                   "web    i-1       a     InService  Healthy  running         10.0.1.5  "
                                   "web-1  2026-11-20T12:47:51.000Z  "
                                   "in_service\n"
                                   "web    i-2       b     Pending    Healthy  pending (spot)  -         -   "
                                   "   -                         "
                                   "pending\n"
                                   "\n"
                                   "AUTO SCALING GROUP  HOOK             HEARTBEAT\n"
                                   "web-asg             gatehouse-drain  1m\n"
                                   "new-asg             gatehouse-drain  has no terminate hook of this name\n"
                                   "\n"
                                   "problems\n"
                                   "  ec2:DescribeInstances is not allowed: no\n"
                                   "  there is no gone-asg\n");
}

TEST_CASE("a discovery that found nothing is short", "[ctl]")
{
    CHECK(show_discovery(parse(R"({"region":null,"credentials":null,"seconds":null,"calls":0,
        "groups":[],"hooks":[],"problems":[]})")) == "region       -\n"
                                                     "credentials  -\n"
                                                     "calls        0 in -\n"
                                                     "\n"
                                                     "GROUP  RESULT  AUTO SCALING GROUPS  INSTANCES\n");
}

TEST_CASE("answers of a strange daemon are shown without harm", "[ctl]")
{
    CHECK(show_targets(parse("null")) ==
          "GROUP  TARGET  NAME  ZONE  LIFECYCLE  ADDRESS  STATE  IN FLIGHT  DRAIN LEFT  REASON\n");
    CHECK_NOTHROW(show_status(parse("[1]")));
    CHECK_NOTHROW(show_explanation(parse(R"({"action":"x","targets":{}})")));
    CHECK_NOTHROW(show_target_explanation(parse(R"({"targets":[1,{"steps":"x"}]})")));
    CHECK_NOTHROW(show_zones(parse(R"({"zones":[null,{"zone":1}]})")));
    CHECK_NOTHROW(show_zone(parse("[]")));
    CHECK_NOTHROW(show_discovery(parse(R"({"seconds":1e300,"groups":[1,{"instances":[2]}],"hooks":[3]})")));
    CHECK(text(parse(R"("\u001b[2J\n \"z\u00fcrich\" \\")")) == "\\u001b[2J\\n \"z\xc3\xbcrich\" \\");
}

TEST_CASE("a moment may come as seconds or as text", "[ctl]")
{
    CHECK(moment(1795178871) == "2026-11-20T12:47:51.000Z");
    CHECK(moment("yesterday") == "yesterday");
    CHECK(moment(nullptr) == "-");
}

TEST_CASE("durations are shown with two units at most", "[ctl]")
{
    CHECK(duration(0) == "0s");
    CHECK(duration(59.4) == "59s");
    CHECK(duration(60) == "1m");
    CHECK(duration(3661) == "1h 1m");
    CHECK(duration(86400) == "1d");
    CHECK(duration(nullptr) == "-");
    CHECK(duration(-5) == "0s");
}

}  // namespace gatehouse::service::ctl
