#include "service/sockets.hpp"
#include "tests/unit/service/ctl/scripted_daemon.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <catch2/catch.hpp>

namespace gatehouse::service::ctl {

namespace {

// The load balancer, which keeps the paths of drains and undrains.
struct daemon : scripted_daemon {
    daemon()
    {
        answer("GET", "/api/v1/status", 200, R"({"version":"9","config":{"last_reload_successful":false}})");
        answer("GET", "/api/v1/targets", 200,
               R"({"target_groups":[{"name":"web","targets":[{"id":"i-1"},{"id":"i-2"}]},
                                    {"name":"api","targets":[{"id":"i-1"}]}]})");
        answer("POST", "/api/v1/explain", 200, R"({"listener":"https","rule":"default"})");
        for (const char* verb : {"drain", "undrain"})
            server.route(
                "POST", std::string("/api/v1/targets/{}/{}/") + verb, [this](const admin_request& asked) {
                    calls += asked.path + '\n';
                    if (asked.parameters[1] == "i-9")
                        return admin_response{404, "application/json", R"({"error":"no target i-9"})"};
                    return admin_response{200, "application/json",
                                          R"({"group":")" + asked.parameters[0] + R"(","id":")" +
                                              asked.parameters[1] + R"(","state":"draining"})"};
                });
    }

    std::string calls;
};

}  // namespace

TEST_CASE("help, version and usage errors of the command", "[ctl]")
{
    CHECK(run({"--version"}).out == "gatehouse " GATEHOUSE_VERSION "\n");
    const auto help = run({"--help"});
    CHECK(help.code == 0);
    for (const char* name : {"check FILE", "status", "targets", "drain [GROUP/]TARGET", "undrain", "reload",
                             "explain request METHOD URL", "explain target ID", "zone away ZONE",
                             "zone back ZONE", "zone list", "discover", "sessions", "sessions kill ID",
                             "policy test --user USER --to NAME", "penalties", "penalties forgive SOURCE"})
        CHECK(help.out.find(name) != help.out.npos);
    const auto drain_help = run({"drain", "--help"});
    CHECK(drain_help.code == 0);
    CHECK(drain_help.out.starts_with("Usage: gatehouse drain [GROUP/]TARGET [OPTION...]\n"));
    CHECK(drain_help.out.find("--admin ADDR:PORT") != help.out.npos);
    for (const auto& wrong :
         std::vector<std::vector<std::string>>{{},
                                               {"drian"},
                                               {"drain"},
                                               {"explain", "GET", "/"},
                                               {"status", "--listener", "x"},
                                               {"check", "a", "b"},
                                               {"explain", "request", "GET", "/", "-H", "no colon"},
                                               {"explain", "request", "GET", "/", "--from", "x"},
                                               {"explain", "target"},
                                               {"zone", "list", "a"},
                                               {"zone", "away"},
                                               {"zone", "away", ""},
                                               {"zone", "back", "a", "--for", "1h"},
                                               {"discover", "web"}}) {
        const auto refused = run(wrong);
        CHECK(refused.code == 2);
        CHECK(refused.out.empty());
        CHECK(refused.err.starts_with("gatehouse: "));
    }
}

TEST_CASE("a command of two words tells what its second may be", "[ctl]")
{
    CHECK(run({"explain"}).err == "gatehouse: explain takes 'request METHOD URL' or 'target ID'\n"
                                  "Try 'gatehouse --help'.\n");
    CHECK(run({"zone"}).err == "gatehouse: zone takes 'away ZONE', 'back ZONE' or 'list'\n"
                               "Try 'gatehouse --help'.\n");
    CHECK(run({"zone", "gone", "a"}).code == 2);
    CHECK(run({"zon"}).err.starts_with("gatehouse: unknown command 'zon'\n"));
}

TEST_CASE("check tells every error of a file, for people and for machines", "[ctl]")
{
    const scratch_directory scratch;
    const auto file = scratch.file("gatehouse.yaml");
    write_file(file, "state_dir: /tmp\n");
    const auto good = run({"check", file});
    CHECK(good.err == "");
    CHECK(good.out == file + ": ok\n");
    CHECK(good.code == 0);
    write_file(file, "stat_dir: /tmp\nlbb: 1\n");
    const auto bad = run({"check", file});
    CHECK(bad.code == 1);
    CHECK(bad.out.empty());
    CHECK(bad.err.find(file + ":1:") != bad.err.npos);
    CHECK(bad.err.find(file + ":2:") != bad.err.npos);
    const auto machine = run({"check", "--json", file});
    CHECK(machine.code == 1);
    const auto parsed = boost::json::parse(machine.out);
    CHECK(parsed.at("ok") == false);
    CHECK(parsed.at("errors").as_array().size() == 2);
    CHECK(parsed.at("errors").at(0).at("line") == 1);
}

TEST_CASE("a daemon that is away, or is none of ours, is exit code 69", "[ctl]")
{
    const int reserved = listen_on({"127.0.0.1", 0});
    const auto port = std::to_string(local_address(reserved).port);
    ::close(reserved);
    const auto away = run({"status", "--admin", "127.0.0.1:" + port});
    CHECK(away.code == 69);
    CHECK(away.err == "gatehouse: cannot reach the daemon at 127.0.0.1:" + port + ": Connection refused\n");
    running_admin other;
    other.server.route("GET", "/api/v1/status", [](const auto&) {
        return admin_response{200, "text/html", "<p>"};
    });
    other.start();
    CHECK(run({"status", "--admin", "127.0.0.1:" + std::to_string(other.port)}).code == 69);
}

TEST_CASE("a --config that does not load is exit code 78", "[ctl]")
{
    CHECK(run({"status", "--config", "/nonexistent.yaml"}).code == 78);
}

TEST_CASE("status is exit code 1 after a failed reload", "[ctl]")
{
    daemon gatehouse;
    const auto shown = gatehouse.ask({"status"});
    CHECK(shown.code == 1);
    CHECK(shown.out.starts_with("version        9\n"));
    CHECK(gatehouse.ask({"status", "--json"}).out ==
          "{\"version\":\"9\",\"config\":{\"last_reload_successful\":false}}\n");
}

TEST_CASE("drain means one group, or every group that has the target", "[ctl]")
{
    daemon gatehouse;
    CHECK(gatehouse.ask({"drain", "web/i-1"}).out == "GROUP  TARGET  STATE\nweb    i-1     draining\n");
    CHECK(gatehouse.calls == "/api/v1/targets/web/i-1/drain\n");
    gatehouse.calls.clear();
    const auto both = gatehouse.ask({"undrain", "i-1", "--json"});
    CHECK(both.code == 0);
    CHECK(gatehouse.calls == "/api/v1/targets/web/i-1/undrain\n/api/v1/targets/api/i-1/undrain\n");
    CHECK(boost::json::parse(both.out).at("results").as_array().size() == 2);
    const auto odd = gatehouse.ask({"drain", "web/a b/c"});
    CHECK(odd.code == 0);
    CHECK(odd.out.find("a b/c") != odd.out.npos);
}

TEST_CASE("draining what is not there is exit code 1 and says so", "[ctl]")
{
    daemon gatehouse;
    const auto nowhere = gatehouse.ask({"drain", "i-7"});
    CHECK(nowhere.code == 1);
    CHECK(nowhere.err == "gatehouse: no target group has a target 'i-7'\n");
    const auto refused = gatehouse.ask({"drain", "web/i-9"});
    CHECK(refused.code == 1);
    CHECK(refused.err == "gatehouse: no target i-9\n");
}

TEST_CASE("a call without the token is refused with its reason", "[ctl]")
{
    daemon gatehouse;
    gatehouse.start("secret");
    ::unsetenv("GATEHOUSE_ADMIN_TOKEN");
    const auto refused = gatehouse.ask({"drain", "web/i-1"});
    CHECK(refused.code == 1);
    CHECK(refused.err == "gatehouse: this call needs the bearer token of the admin section\n");
}

TEST_CASE("reload tells the outcome", "[ctl]")
{
    daemon gatehouse;
    SECTION("when it worked")
    {
        gatehouse.answer("POST", "/api/v1/reload", 200, R"({"ok":true})");
        const auto told = gatehouse.ask({"reload"});
        CHECK(told.code == 0);
        CHECK(told.out == "reloaded\n");
    }
    SECTION("when the file has errors")
    {
        gatehouse.answer("POST", "/api/v1/reload", 422, R"({"ok":false,"errors":["a.yaml:1:1: x: wrong"]})");
        const auto told = gatehouse.ask({"reload"});
        CHECK(told.code == 1);
        CHECK(told.out.empty());
        CHECK(told.err.starts_with("a.yaml:1:1: x: wrong\n"));
        CHECK(gatehouse.ask({"reload", "--json"}).out ==
              "{\"ok\":false,\"errors\":[\"a.yaml:1:1: x: wrong\"]}\n");
    }
    SECTION("when the daemon cannot")
    {
        gatehouse.answer("POST", "/api/v1/reload", 503, R"({"error":"draining"})");
        CHECK(gatehouse.ask({"reload"}).err == "gatehouse: draining\n");
    }
}

TEST_CASE("explain sends the request as a client would", "[ctl]")
{
    daemon gatehouse;
    const auto told = gatehouse.ask({"explain", "request", "GET", "https://a.example:8443/x?y=1", "-H",
                                     "X-Canary:  1", "--listener", "https", "--from", "10.0.0.9"});
    CHECK(told.code == 0);
    CHECK(told.out == "listener  https\nrule      default\naction    -\n");
    CHECK(gatehouse.last_body ==
          R"({"method":"GET","url":"https://a.example:8443/x?y=1","headers":[)"
          R"(["Host","a.example:8443"],["X-Canary","1"]],"listener":"https","source":"10.0.0.9"})");
    gatehouse.ask({"explain", "request", "GET", "http://a/", "-H", "host: b"});
    CHECK(gatehouse.last_body == R"({"method":"GET","url":"http://a/","headers":[["host","b"]]})");
}

TEST_CASE("explain target asks about whatever name the operator has", "[ctl]")
{
    daemon gatehouse;
    SECTION("and shows the answer")
    {
        gatehouse.answer("POST", "/api/v1/explain/target", 200, R"({"id":"i-1","targets":[]})");
        const auto told = gatehouse.ask({"explain", "target", "web 1"});
        CHECK(told.code == 0);
        CHECK(told.out == "target  i-1\n\nit is in no target group\n");
        CHECK(gatehouse.last_body == R"({"id":"web 1"})");
        CHECK(gatehouse.ask({"explain", "target", "i-1", "--json"}).out ==
              "{\"id\":\"i-1\",\"targets\":[]}\n");
    }
    SECTION("and says when nobody knows it")
    {
        gatehouse.answer("POST", "/api/v1/explain/target", 404, R"({"error":"nobody knows i-9"})");
        const auto told = gatehouse.ask({"explain", "target", "i-9"});
        CHECK(told.code == 1);
        CHECK(told.err == "gatehouse: nobody knows i-9\n");
    }
}

TEST_CASE("a zone is sent away for an hour, or for as long as one says", "[ctl]")
{
    daemon gatehouse;
    gatehouse.answer("POST", "/api/v1/zones/{}/away", 200, R"({"zone":"a","away_seconds_left":3600})");
    const auto told = gatehouse.ask({"zone", "away", "a"});
    CHECK(told.code == 0);
    CHECK(told.out == "a is away, 1h left\n");
    CHECK(gatehouse.last_path == "/api/v1/zones/a/away");
    CHECK(gatehouse.last_body == R"({"seconds":3600})");
    for (const auto& [given, sent] :
         {std::pair{"1s", "1"}, {"90s", "90"}, {"2000ms", "2"}, {"3d", "259200"}}) {
        CHECK(gatehouse.ask({"zone", "away", "a", "--for", given}).code == 0);
        CHECK(gatehouse.last_body == std::string(R"({"seconds":)") + sent + '}');
    }
    CHECK(gatehouse.ask({"zone", "away", "odd/one"}).code == 0);
    CHECK(gatehouse.last_path == "/api/v1/zones/odd/one/away");  // decoded; one segment to the route
    CHECK(gatehouse.ask({"zone", "away", "a", "--json"}).out ==
          "{\"zone\":\"a\",\"away_seconds_left\":3600}\n");
    gatehouse.last_path.clear();
    for (const char* wrong : {"", "0s", "999ms", "1500ms", "73h", "4d", "1", "-1h", "1h30m", "soon"}) {
        const auto refused = gatehouse.ask({"zone", "away", "a", "--for", wrong});
        CHECK(refused.code == 2);
        CHECK(refused.err.starts_with("gatehouse: --for takes 1s .. 3d"));
    }
    CHECK(gatehouse.last_path.empty());
}

TEST_CASE("a zone the daemon cannot send away is exit code 1", "[ctl]")
{
    daemon gatehouse;
    gatehouse.answer("POST", "/api/v1/zones/{}/away", 409, R"({"error":"no other zone is healthy"})");
    const auto refused = gatehouse.ask({"zone", "away", "a"});
    CHECK(refused.code == 1);
    CHECK(refused.out.empty());
    CHECK(refused.err == "gatehouse: no other zone is healthy\n");
}

TEST_CASE("a zone is taken back, and the zones are listed", "[ctl]")
{
    daemon gatehouse;
    gatehouse.answer("POST", "/api/v1/zones/{}/back", 200, R"({"zone":"a","away_seconds_left":null})");
    gatehouse.answer("GET", "/api/v1/zones", 200, R"({"zones":[{"zone":"a","targets":1,"healthy":1}]})");
    const auto back = gatehouse.ask({"zone", "back", "a"});
    CHECK(back.code == 0);
    CHECK(back.out == "a is back\n");
    CHECK(gatehouse.last_path == "/api/v1/zones/a/back");
    CHECK(gatehouse.last_body.empty());
    const auto listed = gatehouse.ask({"zone", "list"});
    CHECK(listed.code == 0);
    CHECK(listed.out == "ZONE  TARGETS  HEALTHY  AWAY\na     1        1        -\n");
    CHECK(gatehouse.ask({"zone", "list", "--json"}).out ==
          "{\"zones\":[{\"zone\":\"a\",\"targets\":1,\"healthy\":1}]}\n");
}

TEST_CASE("discover is exit code 1 when there are problems", "[ctl]")
{
    daemon gatehouse;
    SECTION("none")
    {
        gatehouse.answer("POST", "/api/v1/discover", 200, R"({"region":"eu-west-2","problems":[]})");
        const auto told = gatehouse.ask({"discover"});
        CHECK(told.code == 0);
        CHECK(told.out.starts_with("region       eu-west-2\n"));
    }
    SECTION("some")
    {
        gatehouse.answer("POST", "/api/v1/discover", 200, R"({"problems":["no rights"]})");
        const auto told = gatehouse.ask({"discover"});
        CHECK(told.code == 1);
        CHECK(told.out.ends_with("\nproblems\n  no rights\n"));
        const auto machine = gatehouse.ask({"discover", "--json"});
        CHECK(machine.code == 1);
        CHECK(machine.out == "{\"problems\":[\"no rights\"]}\n");
    }
    SECTION("nothing to ask about")
    {
        gatehouse.answer("POST", "/api/v1/discover", 409, R"({"error":"no group follows Auto Scaling"})");
        const auto told = gatehouse.ask({"discover"});
        CHECK(told.code == 1);
        CHECK(told.err == "gatehouse: no group follows Auto Scaling\n");
    }
}

}  // namespace gatehouse::service::ctl
