#include "tests/unit/service/ctl/scripted_daemon.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::service::ctl {

TEST_CASE("the sessions are listed, of all or of one instance", "[ctl]")
{
    scripted_daemon bastion;
    bastion.answer("GET", "/api/v1/sessions", 200, R"({"sessions":[{"id":"s1","user":"alice"}]})");
    const auto all = bastion.ask({"sessions"});
    CHECK(all.code == 0);
    CHECK(all.out == "SESSION  USER   SOURCE  AGE  IDLE  KEY OR CA  ENDS IN  CLIENT\n"
                     "s1       alice  -       -    -     -          -        -\n");
    CHECK(bastion.last_query.empty());
    const auto some = bastion.ask({"sessions", "--instance", "i-0a&b=c", "--json"});
    CHECK(some.code == 0);
    CHECK(some.out == "{\"sessions\":[{\"id\":\"s1\",\"user\":\"alice\"}]}\n");
    CHECK(bastion.last_query == "instance=i-0a%26b%3Dc");
}

TEST_CASE("a session is ended by its id", "[ctl]")
{
    scripted_daemon bastion;
    SECTION("when there is one")
    {
        bastion.answer("DELETE", "/api/v1/sessions/{}", 200, R"({"ok":true,"id":"s1"})");
        const auto told = bastion.ask({"sessions", "kill", "s1"});
        CHECK(told.code == 0);
        CHECK(told.out == "s1 is ended\n");
        CHECK(bastion.last_path == "/api/v1/sessions/s1");
        CHECK(bastion.ask({"sessions", "kill", "s1", "--json"}).out == "{\"ok\":true,\"id\":\"s1\"}\n");
        CHECK(bastion.ask({"sessions", "kill", "../status"}).code == 0);
        CHECK(bastion.last_path == "/api/v1/sessions/../status");  // decoded; one segment to the route
    }
    SECTION("when there is none")
    {
        bastion.answer("DELETE", "/api/v1/sessions/{}", 404, R"({"error":"no session s2"})");
        const auto told = bastion.ask({"sessions", "kill", "s2"});
        CHECK(told.code == 1);
        CHECK(told.out.empty());
        CHECK(told.err == "gatehouse: no session s2\n");
    }
}

TEST_CASE("policy test is exit code 0 for a yes and 1 for a no", "[ctl]")
{
    scripted_daemon bastion;
    const std::vector<std::string> least{"policy", "test", "--user", "alice", "--to", "web.1"};
    SECTION("yes")
    {
        bastion.answer("POST", "/api/v1/policy/test", 200,
                       R"({"allowed":true,"user_known":true,"groups":["ops"],"rule":"by-day"})");
        const auto told = bastion.ask(least);
        CHECK(told.code == 0);
        CHECK(told.out == "decision  allowed\ngroups    ops\ntarget    -\nrule      by-day\n");
        CHECK(bastion.last_body == R"({"user":"alice","to":"web.1"})");
        auto whole = least;
        whole.insert(whole.end(),
                     {"--port", "2222", "--from", "2001:db8::1", "--at", "2026-11-20T12:00:00+01:00"});
        CHECK(bastion.ask(whole).code == 0);
        CHECK(bastion.last_body == R"({"user":"alice","to":"web.1","port":2222,"from":"2001:db8::1",)"
                                   R"("at":"2026-11-20T12:00:00+01:00"})");
    }
    SECTION("no")
    {
        bastion.answer("POST", "/api/v1/policy/test", 200, R"({"allowed":false,"reason":"forbidden_port"})");
        CHECK(bastion.ask(least).code == 1);
        auto machine = least;
        machine.emplace_back("--json");
        const auto told = bastion.ask(machine);
        CHECK(told.code == 1);
        CHECK(told.out == "{\"allowed\":false,\"reason\":\"forbidden_port\"}\n");
    }
    SECTION("an answer that does not say so is no yes")
    {
        bastion.answer("POST", "/api/v1/policy/test", 200, R"({"allowed":"true"})");
        CHECK(bastion.ask(least).code == 1);
    }
    SECTION("a question the daemon does not take")
    {
        bastion.answer("POST", "/api/v1/policy/test", 400, R"({"error":"not a user name"})");
        const auto told = bastion.ask(least);
        CHECK(told.code == 1);
        CHECK(told.err == "gatehouse: not a user name\n");
    }
}

TEST_CASE("penalties are listed and forgiven", "[ctl]")
{
    scripted_daemon bastion;
    bastion.answer("GET", "/api/v1/penalties", 200, R"({"penalties":[{"source":"203.0.113.9"}]})");
    bastion.answer("DELETE", "/api/v1/penalties/{}", 200, R"({"ok":true})");
    const auto listed = bastion.ask({"penalties"});
    CHECK(listed.code == 0);
    CHECK(listed.out == "SOURCE       LAST  LEFT  REFUSED\n203.0.113.9  -     -     -\n");
    CHECK(bastion.ask({"penalties", "--json"}).out == "{\"penalties\":[{\"source\":\"203.0.113.9\"}]}\n");
    const auto told = bastion.ask({"penalties", "forgive", "2001:db8::/64"});
    CHECK(told.code == 0);
    CHECK(told.out == "2001:db8::/64 is forgiven\n");
    CHECK(bastion.last_path == "/api/v1/penalties/2001:db8::/64");  // decoded; one segment to the route
}

TEST_CASE("forgiving who has no penalty is exit code 1", "[ctl]")
{
    scripted_daemon bastion;
    bastion.answer("DELETE", "/api/v1/penalties/{}", 404, R"({"error":"203.0.113.9 has no penalty"})");
    const auto told = bastion.ask({"penalties", "forgive", "203.0.113.9"});
    CHECK(told.code == 1);
    CHECK(told.out.empty());
    CHECK(told.err == "gatehouse: 203.0.113.9 has no penalty\n");
}

TEST_CASE("the bastion answers what both daemons do", "[ctl]")
{
    scripted_daemon bastion;
    bastion.answer("GET", "/api/v1/status", 200, R"({"version":"9","sessions":3})");
    bastion.answer("GET", "/api/v1/targets", 200, R"({"groups":[{"name":"web","members":[{"id":"i-1"}]}]})");
    bastion.answer("POST", "/api/v1/reload", 200, R"({"ok":true})");
    const auto status = bastion.ask({"status", "--bastion"});
    CHECK(status.code == 0);
    CHECK(status.out.find("\nsessions       3\n") != status.out.npos);
    CHECK(bastion.ask({"targets", "--bastion"}).out.find("\nweb    i-1 ") != std::string::npos);
    CHECK(bastion.ask({"reload", "--bastion"}).out == "reloaded\n");
    const environment_variable where("GATEHOUSE_BASTION_ADMIN", "127.0.0.1:" + std::to_string(bastion.port));
    const environment_variable elsewhere("GATEHOUSE_ADMIN", "127.0.0.1:1");
    CHECK(run({"status", "--bastion"}).code == 0);
    CHECK(run({"status"}).code == 69);
}

TEST_CASE("commands of the bastion ask the bastion", "[ctl]")
{
    scripted_daemon bastion;
    bastion.answer("GET", "/api/v1/sessions", 200, R"({"sessions":[]})");
    bastion.answer("GET", "/api/v1/penalties", 200, R"({"penalties":[]})");
    bastion.answer("POST", "/api/v1/policy/test", 200, R"({"allowed":true})");
    bastion.answer("DELETE", "/api/v1/sessions/{}", 200, R"({"ok":true})");
    bastion.answer("DELETE", "/api/v1/penalties/{}", 200, R"({"ok":true})");
    bastion.start("secret");
    const environment_variable where("GATEHOUSE_BASTION_ADMIN", "127.0.0.1:" + std::to_string(bastion.port));
    const environment_variable elsewhere("GATEHOUSE_ADMIN", "127.0.0.1:1");
    CHECK(run({"sessions"}).code == 0);
    CHECK(run({"penalties"}).code == 0);
    CHECK(run({"policy", "test", "--user", "a", "--to", "b"}).code == 0);
    CHECK(run({"sessions", "kill", "s1"}).code == 0);
    CHECK(run({"penalties", "forgive", "203.0.113.9"}).code == 0);
}

TEST_CASE("a wrong question about the bastion is exit code 2 and asks nobody", "[ctl]")
{
    const environment_variable where("GATEHOUSE_BASTION_ADMIN", "127.0.0.1:1");
    for (const auto& wrong : std::vector<std::vector<std::string>>{
             {"sessions", "kil", "s1"},
             {"sessions", "kill"},
             {"sessions", "kill", ""},
             {"sessions", "--instance", ""},
             {"sessions", "--bastion"},
             {"drain", "a", "--bastion"},
             {"penalties", "forgive"},
             {"penalties", "forgive", ""},
             {"policy"},
             {"policy", "test"},
             {"policy", "test", "--user", "a"},
             {"policy", "test", "--to", "b"},
             {"policy", "test", "--user", "a", "--to", "b", "c"},
             {"policy", "test", "--user", "a", "--to", "b", "--port", "0"},
             {"policy", "test", "--user", "a", "--to", "b", "--port", "65536"},
             {"policy", "test", "--user", "a", "--to", "b", "--port", "22x"},
             {"policy", "test", "--user", "a", "--to", "b", "--from", "b"},
             {"policy", "test", "--user", "a", "--to", "b", "--at", "noon"}}) {
        CAPTURE(wrong);
        const auto refused = run(wrong);
        CHECK(refused.code == 2);
        CHECK(refused.out.empty());
        CHECK(refused.err.starts_with("gatehouse: "));
    }
    CHECK(run({"policy"}).err.starts_with("gatehouse: policy takes 'test --user USER --to NAME'\n"));
}

}  // namespace gatehouse::service::ctl
