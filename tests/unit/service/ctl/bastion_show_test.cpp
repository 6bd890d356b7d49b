#include "service/ctl/json_view.hpp"
#include "service/ctl/show.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <catch2/catch.hpp>

#include <algorithm>

namespace gatehouse::service::ctl {

using boost::json::parse;

namespace {

constexpr std::chrono::sys_seconds now{std::chrono::seconds(1795178871)};

}  // namespace

TEST_CASE("the sessions are shown with their keys, and below with their channels", "[ctl]")
{
    const auto sessions = parse(R"({"sessions":[
        {"id":"7f2a","user":"alice","source":"203.0.113.9:50123","since":1795175271,"idle_seconds":3,
         "key":"SHA256:aaaa","client":"SSH-2.0-OpenSSH_9.2","channels":[
           {"number":0,"requested":"web-1","instance":"i-0a","group":"web","rule":"ops-everywhere",
            "target":"10.0.0.1:22","local":"10.0.1.1:45678","since":1795178800,
            "received_bytes":1234567,"sent_bytes":980},
           {"number":2,"requested":"any.web","instance":"i-0b","group":"web","rule":"ops-everywhere",
            "target":"10.0.0.2:22","local":"10.0.1.1:45679","since":1795178871,"received_bytes":0,"sent_bytes":0}]},
        {"id":"81bc","user":"bob","source":"[2001:db8::7]:4022","since":1795178859,"idle_seconds":12,
         "key":"SHA256:bbbb","ca":"SHA256:cccc","key_id":"bob@sso","ends":1795179171,"client":"SSH-2.0-Go",
         "channels":[]},
        {"id":"90de","user":"eve","key":"SHA256:dddd","ca":"SHA256:cccc"}]})");
    CHECK(
        show_sessions(sessions, now) ==
        "SESSION  USER   SOURCE              AGE  IDLE  KEY OR CA                 ENDS IN  CLIENT\n"
        "7f2a     alice  203.0.113.9:50123   1h   3s    SHA256:aaaa               -        "
        "SSH-2.0-OpenSSH_9.2\n"
        "81bc     bob    [2001:db8::7]:4022  12s  12s   CA SHA256:cccc (bob@sso)  5m       SSH-2.0-Go\n"
        "90de     eve    -                   -    -     CA SHA256:cccc            -        -\n"
        "\n"
        "SESSION  CHANNEL  REQUESTED  INSTANCE  GROUP  TARGET       LOCAL           AGE     RECEIVED  SENT   "
        "RULE\n"
        "7f2a     0        web-1      i-0a      web    10.0.0.1:22  10.0.1.1:45678  1m 11s  1.2 MiB   980 B  "
        "ops-everywhere\n"
        "7f2a     2        any.web    i-0b      web    10.0.0.2:22  10.0.1.1:45679  0s      0 B       0 B    "
        "ops-everywhere\n");
}

TEST_CASE("what a client says of itself does not steer the terminal", "[ctl]")
{
    const auto shown =
        show_sessions(parse(R"({"sessions":[{"id":"s1","key_id":"\u001b]0;x\u0007","ca":"SHA256:c",
        "client":"SSH-2.0-\u001b[2J\nroot  admin","channels":[{"requested":"\u009b2J\r\n\u001b[1A"}]}]})"),
                      now);
    CHECK(shown.find_first_of("\x1b\x07\r\x9b") == shown.npos);
    CHECK(shown.find("SSH-2.0-\\u001b[2J\\nroot  admin") != shown.npos);
    CHECK(std::count(shown.begin(), shown.end(), '\n') == 5);
}

TEST_CASE("a policy's yes is shown with the rule, how long it holds, and the rules before it", "[ctl]")
{
    CHECK(
        show_policy(parse(R"({"allowed":true,"user_known":true,"groups":["developers","ops"],"rule":"by-day",
        "instance":"i-0a","name":"web-1","group":"web","address":"2001:db8::1","port":22,"until":1795178871,
        "rules":[{"rule":"admins","matches":false,"text":"is for groups admins, not for alice"},
                 {"rule":"by-day","matches":true,"text":"allows it"}],"candidates":[]})")) ==
        "decision  allowed\n"
        "groups    developers, ops\n"
        "target    i-0a (web-1) in web\n"
        "address   [2001:db8::1]:22\n"
        "rule      by-day\n"
        "until     2026-11-20T12:47:51.000Z\n"
        "\n"
        "RULE    MATCHES  WHY\n"
        "admins  no       is for groups admins, not for alice\n"
        "by-day  yes      allows it\n");
}

TEST_CASE("a policy's no is shown with its reason and whom an ambiguous name may mean", "[ctl]")
{
    CHECK(show_policy(parse(R"({"allowed":false,"reason":"ambiguous","user_known":false,"groups":[],"port":22,
        "rules":[],"candidates":[{"id":"i-0a","name":"web","group":"web","address":"10.0.0.1"},
                                 {"id":"i-0b","name":"web","group":"api","address":"10.0.0.2"}]})")) ==
          "decision  refused, ambiguous\n"
          "groups    - (not in bastion.users)\n"
          "target    -\n"
          "rule      -\n"
          "\n"
          "CANDIDATE  NAME  GROUP  ADDRESS\n"
          "i-0a       web   web    10.0.0.1\n"
          "i-0b       web   api    10.0.0.2\n");
    CHECK(show_policy(parse(R"({"allowed":false,"reason":"forbidden_port","user_known":true,"groups":["ops"],
        "instance":"i-0a","group":"web","address":"10.0.0.1","port":80,"rule":"by-day"})")) ==
          "decision  refused, forbidden_port\n"
          "groups    ops\n"
          "target    i-0a in web\n"
          "address   10.0.0.1:80\n"
          "rule      by-day\n");
}

TEST_CASE("the penalties are shown with what is refused", "[ctl]")
{
    CHECK(show_penalties(parse(R"({"penalties":[
        {"source":"203.0.113.9","last":"failed_login","seconds_left":85,"enforced":true},
        {"source":"2001:db8:0:1::/64","last":"grace_exceeded","seconds_left":9.6,"enforced":false}]})")) ==
          "SOURCE             LAST            LEFT    REFUSED\n"
          "203.0.113.9        failed_login    1m 25s  yes\n"
          "2001:db8:0:1::/64  grace_exceeded  10s     no\n");
}

TEST_CASE("the bastion's status counts sessions, channels and logins", "[ctl]")
{
    const auto status = parse(R"({"version":"0.1.0","state":"draining","uptime_seconds":60,"workers":2,
        "config":{"file":"/etc/gatehouse/gatehouse.yaml","loaded_at":"2026-11-20T11:00:00.000Z","generation":1,
                  "last_reload_successful":true,"errors":[]},
        "listeners":[{"name":"ssh","address":"0.0.0.0:22","protocol":"ssh","connections":5}],
        "sessions":4,"channels":0,"logins_total":12})");
    CHECK(show_status(status) ==
          "version        0.1.0\n"
          "state          draining, up 1m\n"
          "workers        2\n"
          "sessions       4\n"
          "channels       0\n"
          "logins         12\n"
          "configuration  /etc/gatehouse/gatehouse.yaml, generation 1, loaded 2026-11-20T11:00:00.000Z\n"
          "last reload    ok\n"
          "\n"
          "LISTENER  ADDRESS     PROTOCOL  CONNECTIONS\n"
          "ssh       0.0.0.0:22  ssh       5\n");
}

TEST_CASE("the bastion's targets are shown with the sessions on them", "[ctl]")
{
    const auto targets = parse(R"({"groups":[
        {"name":"web","source":"asg","as_of":1795178868,"age_seconds":3,"members":[
          {"id":"i-0a","name":"web-1","address":"10.0.0.1","zone":"a","lifecycle":"terminating",
           "provider_state":"Terminating:Wait","sessions":2},
          {"id":"i-0b","name":"","address":"10.0.0.2","zone":"b","lifecycle":"in_service","provider_state":"",
           "sessions":0}]},
        {"name":"jobs","source":"instances","as_of":1795178868,"age_seconds":3,"members":[]}]})");
    CHECK(show_targets(targets) == "GROUP  TARGET  NAME   ZONE  LIFECYCLE         ADDRESS   SESSIONS\n"
                                   "web    i-0a    web-1  a     Terminating:Wait  10.0.0.1  2\n"
                                   "web    i-0b    -      b     in_service        10.0.0.2  0\n"
                                   "\n"
                                   "web: Auto Scaling answered 3s ago\n"
                                   "jobs has no members\n");
}

TEST_CASE("answers of a strange bastion are shown without harm", "[ctl]")
{
    CHECK_NOTHROW(show_sessions(
        parse(R"({"sessions":[1,{"since":1e300,"ends":-1e300,"channels":[2,{"since":"x"}]}]})"), now));
    CHECK_NOTHROW(
        show_policy(parse(R"({"groups":5,"rules":[1],"candidates":[{}],"address":7,"until":"x"})")));
    CHECK_NOTHROW(show_penalties(parse("[]")));
    CHECK_NOTHROW(show_targets(parse(R"({"groups":[1,{"members":[2]}]})")));
    CHECK_NOTHROW(show_status(parse(R"({"sessions":{},"channels":[]})")));
}

TEST_CASE("sizes are shown in the unit that fits", "[ctl]")
{
    CHECK(size(0) == "0 B");
    CHECK(size(1023) == "1023 B");
    CHECK(size(1024) == "1.0 KiB");
    CHECK(size(1048575) == "1.0 MiB");
    CHECK(size(5ULL << 40) == "5.0 TiB");
    CHECK(size(nullptr) == "-");
    CHECK(size(-1) == "0 B");
}

}  // namespace gatehouse::service::ctl
