#include "lb/control/bastion_sessions.hpp"

#include "lb/control/bastion_query.hpp"
#include "tests/unit/discovery/aws/loopback_server.hpp"
#include "tests/unit/discovery/stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace gatehouse;
using namespace discovery::aws::stage;
using kind = lb::bastion_answer::kind;

namespace {

constexpr auto none = R"({"sessions":[]})";
constexpr auto one = R"({"sessions":[{"id":"s-1","user":"ann","channels":[{"number":0,"instance":"i-1"}]}]})";

// A bastion that answers as a test wants it to, and what the load balancer makes of it.
struct beside_a_bastion {
    beside_a_bastion()
    {
        section.emplace();
        section->admin = {{"127.0.0.1", server.origin().port}, "secret"};
        asked.configure(section);
    }
    // What is known of i-1 once the questions of now_ms are answered.
    std::optional<bool> lead_to(std::int64_t now_ms, std::size_t questions)
    {
        asked.lead_to("i-1", now_ms);
        discovery::stage::run_until(loop, [&] { return server.requests().size() >= questions; });
        settle();
        return asked.lead_to("i-1", now_ms);
    }
    void settle()  // what is under way comes to its end
    {
        loop.restart();
        for (int quiet = 0; quiet < 5; quiet = loop.run_one_for(std::chrono::milliseconds(20)) ? 0 : quiet + 1) {}
    }
    auto lines_with(std::string_view text) const
    {
        return std::ranges::count_if(log.lines, [&](const std::string& line) { return line.find(text) != line.npos; });
    }

    reply with{200, one};
    boost::asio::io_context loop;
    loopback_server server{loop, [this](const seen_request&) { return with; }};
    discovery::stage::recorded_log log;
    std::optional<conf::bastion> section;
    lb::bastion_sessions asked{loop.get_executor(), log.log};
};

}  // namespace

TEST_CASE_METHOD(beside_a_bastion, "the bastion is asked for sessions to an instance, with its token", "[control][hooks]")
{
    CHECK_FALSE(asked.lead_to("i-1", 1'000).has_value());
    CHECK(lead_to(1'000, 1) == true);
    CHECK(server.requests()[0].method == "GET");
    CHECK(server.requests()[0].target == "/api/v1/sessions?instance=i-1");
    CHECK(server.requests()[0].field("authorization") == "Bearer secret");
    with.body = none;
    CHECK(lead_to(3'999, 1) == true);  // not every second
    CHECK(server.requests().size() == 1);
    CHECK(lead_to(4'000, 2) == false);
    CHECK(log.lines.empty());
}

TEST_CASE_METHOD(beside_a_bastion, "several instances are asked about in one round", "[control][hooks]")
{
    with.body = none;
    boost::asio::post(loop, [this] {
        for (const auto* id : {"i-1", "i-2", "i 3"}) asked.lead_to(id, 1'000);
    });
    discovery::stage::run_until(loop, [this] { return server.requests().size() == 3; });
    settle();
    CHECK(server.requests()[0].target == "/api/v1/sessions?instance=i%203");
    for (const auto* id : {"i-1", "i-2", "i 3"}) CHECK(asked.lead_to(id, 1'500) == false);
}

TEST_CASE_METHOD(beside_a_bastion, "a bastion that is not there holds nothing", "[control][hooks]")
{
    server.shut();
    CHECK_FALSE(asked.lead_to("i-1", 1'000).has_value());
    discovery::stage::run_until(loop, [this] { return !log.lines.empty(); });
    settle();
    CHECK(asked.lead_to("i-1", 1'000) == false);
    asked.lead_to("i-1", 5'000);
    settle();
    CHECK(lines_with("no bastion runs on this node") == 1);
}

TEST_CASE_METHOD(beside_a_bastion, "without a clear answer nothing is known, and that is said once", "[control][hooks]")
{
    CHECK(lead_to(1'000, 1) == true);
    with = {500, "{}"};
    CHECK_FALSE(lead_to(5'000, 2).has_value());
    CHECK_FALSE(lead_to(9'000, 3).has_value());
    with = {.then = reply::after::hang_up};
    CHECK_FALSE(lead_to(13'000, 4).has_value());
    CHECK(lines_with("the bastion does not tell of its sessions") == 1);
    with = {200, none};
    CHECK(lead_to(17'000, 5) == false);
    CHECK(lines_with("the bastion tells of its sessions") == 1);
    CHECK(log.lines.size() == 2);
}

TEST_CASE_METHOD(beside_a_bastion, "one that is silent is given up", "[control][hooks]")
{
    with = {.then = reply::after::silence};
    CHECK_FALSE(asked.lead_to("i-1", 1'000).has_value());
    CHECK(discovery::stage::run_until(loop, [this] { return lines_with("took too long") == 1; }));
}

TEST_CASE_METHOD(beside_a_bastion, "an old answer is none", "[control][hooks]")
{
    with.body = none;
    CHECK(lead_to(1'000, 1) == false);
    with = {500, "{}"};
    CHECK_FALSE(asked.lead_to("i-1", 11'001).has_value());
}

TEST_CASE_METHOD(beside_a_bastion, "a wildcard address is asked at loopback, a free port not at all", "[control][hooks]")
{
    section->admin.bind.address = "0.0.0.0";
    asked.configure(section);
    CHECK(lead_to(1'000, 1) == true);
    section->admin.bind.port = 0;
    asked.configure(section);
    CHECK_FALSE(asked.configured());
    CHECK(asked.lead_to("i-1", 9'000) == false);
    asked.configure(std::nullopt);
    CHECK_FALSE(asked.configured());
}

TEST_CASE("what a bastion answers is read strictly", "[control][hooks]")
{
    CHECK(lb::read_sessions(200, none).told == kind::none);
    CHECK(lb::read_sessions(200, one).told == kind::some);
    for (const auto* body : {"", "nonsense", "[]", "{}", R"({"sessions":{}})", R"({"sessions":null})", R"({"sessions":[)"}) {
        INFO(body);
        CHECK(lb::read_sessions(200, body).told == kind::unclear);
    }
    CHECK(lb::read_sessions(401, none).told == kind::unclear);
    CHECK(lb::read_sessions(500, none).reason == "status 500");
}
