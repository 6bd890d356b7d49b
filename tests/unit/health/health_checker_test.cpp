#include "lb/health/health_checker.hpp"

#include "tests/unit/health/loopback_target.hpp"

#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace gatehouse;
using namespace gatehouse::lb;
using namespace std::chrono_literals;
using health = target::health;
using steady_clock = std::chrono::steady_clock;

namespace {

const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const std::string bad = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n";

// One server, the target that stands for it and the checker that watches.
struct watched_server {
    watched_server()
    {
        settings.name = "web";
        settings.health_check.interval = 2ms;
        settings.health_check.timeout = 1s;
        settings.health_check.healthy_threshold = 2;
        settings.health_check.unhealthy_threshold = 2;
        checker.observe(
            [this](target& which, health before) { flips.emplace_back(before, which.current_health()); });
    }
    void apply() { apply({one}); }
    void apply(std::vector<std::shared_ptr<target>> targets)
    {
        checker.apply({{std::make_shared<const conf::target_group>(settings),
                        std::make_shared<const std::vector<std::shared_ptr<target>>>(std::move(targets))}});
    }
    template <class Condition> bool until(Condition done)
    {
        const auto patience = steady_clock::now() + 10s;
        loop.restart();
        while (!done() && loop.run_one_until(patience) > 0) {}
        return done();
    }
    bool until(health wanted)
    {
        return until([&] { return one->current_health() == wanted; });
    }
    bool until_requests(std::size_t count)
    {
        return until([&] { return server.requests().size() >= count; });
    }

    // Until a probe has been judged: that clears suspicion, and nothing else does.
    bool until_judged()
    {
        bool cleared = false;
        return until([&] { return cleared = cleared || one->suspect(); });
    }

    std::vector<std::string> lines;
    service::log log{[this](std::string_view line) { lines.emplace_back(line); },
                     service::log::format::logfmt};
    boost::asio::io_context loop;
    stage::loopback_target server{loop};
    std::shared_ptr<target> one = std::make_shared<target>("web", "i-1", server.endpoint(), 0);
    conf::target_group settings;
    std::vector<std::pair<health, health>> flips;
    health_checker checker{loop, log, 40ms};
};

}  // namespace

TEST_CASE("a new target is probed at once and healthy after one pass", "[health][checker]")
{
    watched_server web;
    web.settings.health_check.interval = 1h;
    web.apply();
    CHECK(web.one->current_health() == health::initial);
    REQUIRE(web.until(health::healthy));
    CHECK(web.server.requests().size() == 1);
    CHECK(web.one->about.health_reason.empty());
    CHECK(web.flips == std::vector{std::pair{health::initial, health::healthy}});
    CHECK(web.lines ==
          std::vector<std::string>{"level=info event=\"target is healthy\" group=web target=i-1 address=" +
                                   web.one->address_text() + " reason=\"HTTP 200\"\n"});
}

TEST_CASE("health follows the probes and is told once for each flip", "[health][checker]")
{
    watched_server web;
    web.apply();
    REQUIRE(web.until(health::healthy));
    web.server.answer(bad);
    REQUIRE(web.until(health::unhealthy));
    CHECK(web.one->about.health_reason == "Target.ResponseCodeMismatch: HTTP 503");
    web.server.shut();
    REQUIRE(web.until(
        [&] { return web.one->about.health_reason == "Target.FailedHealthChecks: Connection refused"; }));
    CHECK(web.flips.size() == 2);
    REQUIRE(web.lines.size() == 2);
    CHECK(web.lines[1] == "level=warning event=\"target is unhealthy\" group=web target=i-1 address=" +
                              web.one->address_text() +
                              " reason=\"Target.ResponseCodeMismatch: HTTP 503\"\n");
}

TEST_CASE("a target that comes back is healthy after its streak", "[health][checker]")
{
    watched_server web;
    web.server.answer(bad);
    web.apply();
    REQUIRE(web.until(health::unhealthy));
    const auto failed = web.server.requests().size();
    web.server.answer(good);
    REQUIRE(web.until(health::healthy));
    CHECK(web.server.requests().size() >= failed + 2);
    CHECK(web.flips.back() == std::pair{health::unhealthy, health::healthy});
}

TEST_CASE("the health check may have a port of its own", "[health][checker]")
{
    watched_server web;
    web.settings.health_check.port = web.server.endpoint().port();
    web.one = std::make_shared<target>("web", "i-1",
                                       boost::asio::ip::tcp::endpoint(web.server.endpoint().address(), 1), 0);
    web.apply();
    CHECK(web.until(health::healthy));
}

TEST_CASE("an unchanged target goes on in its rhythm", "[health][checker]")
{
    watched_server web;
    web.settings.health_check.interval = 1h;
    web.apply();
    REQUIRE(web.until(health::healthy));
    web.settings.port = 8081;       // nothing a probe depends on
    web.settings.slow_start = 30s;  // neither
    web.apply();
    web.loop.restart();
    web.loop.poll();
    CHECK(web.server.requests().size() == 1);
}

TEST_CASE("changed settings are tried at once and keep health and streak", "[health][checker]")
{
    watched_server web;
    web.settings.health_check.interval = 1h;
    web.apply();
    REQUIRE(web.until(health::healthy));
    web.settings.health_check.path = "/new";
    web.server.answer(bad);
    web.one->suspect();
    web.apply();
    REQUIRE(web.until_judged());
    CHECK(web.server.requests().back().starts_with("GET /new "));
    CHECK(web.one->current_health() == health::healthy);  // one failure of two
    web.settings.health_check.path = "/newer";
    web.apply();
    REQUIRE(web.until(health::unhealthy));
    CHECK(web.server.requests().size() == 3);
}

TEST_CASE("a target that left is probed no more", "[health][checker]")
{
    watched_server web;
    web.apply();
    REQUIRE(web.until(health::healthy));
    SECTION("between two probes")
    {
        web.checker.apply({});
    }
    SECTION("in the middle of one, which is not held against it")
    {
        web.settings.health_check.unhealthy_threshold = 1;
        web.settings.health_check.timeout = 1h;
        web.server.answer("", stage::loopback_target::after::hold);
        web.apply();
        const auto so_far = web.server.requests().size();
        REQUIRE(web.until_requests(so_far + 1));
        web.checker.stop();
    }
    web.server.shut();
    web.loop.restart();
    web.loop.run_for(5s);
    CHECK(web.loop.stopped());
    CHECK(web.one->current_health() == health::healthy);
    CHECK(web.one.use_count() == 1);
}

TEST_CASE("a worker's suspicion brings the next probe forward and decides nothing", "[health][checker]")
{
    watched_server web;
    web.settings.health_check.interval = 1h;
    const auto begun = steady_clock::now();
    web.apply();
    REQUIRE(web.until(health::healthy));
    CHECK(web.one->suspect());
    CHECK_FALSE(web.one->suspect());
    web.checker.check_soon(*web.one);
    CHECK(web.one->current_health() == health::healthy);
    REQUIRE(web.until([&] { return web.server.requests().size() == 2; }));
    CHECK(steady_clock::now() - begun >= 40ms);  // after the first probe began, not at once
    REQUIRE(web.until_judged());
    CHECK(web.one->current_health() == health::healthy);
    CHECK(web.flips.size() == 1);
}

TEST_CASE("a target that returns starts from the health it has", "[health][checker]")
{
    watched_server web;
    web.apply();
    REQUIRE(web.until(health::healthy));
    web.checker.apply({});
    web.server.answer(bad);
    const auto so_far = web.server.requests().size();
    web.apply();
    REQUIRE(web.until(health::unhealthy));
    CHECK(web.server.requests().size() >= so_far + 2);
    CHECK(web.flips.back() == std::pair{health::healthy, health::unhealthy});
}

TEST_CASE("a target that is listed twice is probed once", "[health][checker]")
{
    watched_server web;
    web.settings.health_check.interval = 1h;
    web.apply({web.one, web.one});
    REQUIRE(web.until(health::healthy));
    web.loop.run_for(10ms);
    CHECK(web.server.connections() == 1);
}

TEST_CASE("targets that stay go on in their rhythm when others join and leave", "[health][checker]")
{
    watched_server web;
    web.settings.health_check.interval = 1h;
    const auto other = std::make_shared<target>("web", "i-2", web.server.endpoint(), 1);
    web.apply();
    REQUIRE(web.until(health::healthy));
    web.apply({web.one, other});
    REQUIRE(web.until([&] { return other->current_health() == health::healthy; }));
    web.apply({other});
    web.apply({web.one, other});
    REQUIRE(web.until_requests(3));  // the one that came back
    web.loop.run_for(10ms);
    CHECK(web.server.requests().size() == 3);
}

TEST_CASE("suspicion of a target nobody watches has no effect", "[health][checker]")
{
    watched_server web;
    web.checker.check_soon(*web.one);
    web.loop.poll();
    CHECK(web.server.connections() == 0);
}

TEST_CASE("who hears of a flip may change what is watched", "[health][checker]")
{
    watched_server web;
    web.checker.observe([&](target&, health) { web.checker.apply({}); });
    web.apply();
    REQUIRE(web.until(health::healthy));
    web.server.shut();
    web.loop.restart();
    web.loop.run_for(5s);
    CHECK(web.loop.stopped());
    CHECK(web.server.requests().size() == 1);
}

TEST_CASE("a CA file that cannot be used makes every check fail and says so", "[health][checker]")
{
    watched_server web;
    web.settings.protocol = conf::target_protocol::https;
    web.settings.tls.ca = "/nowhere/ca.pem";
    web.apply();
    REQUIRE(web.until(health::unhealthy));
    CHECK(
        web.one->about.health_reason.starts_with("Target.FailedHealthChecks: the CA file cannot be used: "));
    CHECK(web.server.connections() == 0);
}
