#include "lb/health/health_probe.hpp"

#include "tests/unit/health/loopback_target.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <optional>

using namespace gatehouse::lb;
using namespace std::chrono_literals;
using outcome = probe_report::outcome;
using stage::loopback_target;

namespace {

// One target and the probe that is sent to it.
struct trial {
    probe_report run()
    {
        std::optional<probe_report> report;
        boost::asio::co_spawn(loop, probe(request),
                              [&](std::exception_ptr, probe_report got) { report = got; });
        loop.restart();
        while (!report && loop.run_one_for(10s) > 0) {}
        REQUIRE(report.has_value());
        return *report;
    }
    probe_report run(std::string bytes, loopback_target::after then = loopback_target::after::close)
    {
        server.answer(std::move(bytes), then);
        return run();
    }

    boost::asio::io_context loop;
    loopback_target server{loop};
    probe_request request = [this] {
        probe_request made;
        made.where = server.endpoint();
        return made;
    }();
};

}  // namespace

TEST_CASE("a probe is one GET that names the target", "[health][probe]")
{
    trial of;
    of.request.path = "/healthz?deep=1";
    const auto report = of.run();
    CHECK(report.how == outcome::passed);
    CHECK(report.detail == "HTTP 200");
    REQUIRE(of.server.requests().size() == 1);
    CHECK(of.server.requests()[0] == "GET /healthz?deep=1 HTTP/1.1\r\n"
                                     "Host: 127.0.0.1:" +
                                         std::to_string(of.server.endpoint().port()) +
                                         "\r\n"
                                         "User-Agent: Gatehouse-HealthChecker/1.0\r\n"
                                         "Accept: */*\r\n"
                                         "Connection: close\r\n\r\n");
}

TEST_CASE("the status is held against the matcher", "[health][probe]")
{
    trial of;
    of.request.matcher = {{200, 204}, {301, 301}};
    const auto status = [&](const std::string& code) {
        return of.run("HTTP/1.1 " + code + " x\r\nContent-Length: 0\r\n\r\n");
    };
    CHECK(status("200").how == outcome::passed);
    CHECK(status("301").how == outcome::passed);
    CHECK(of.run("HTTP/1.1 204 No Content\r\n\r\n").how == outcome::passed);
    for (const auto* code : {"205", "302", "503"}) {
        const auto report = status(code);
        CHECK(report.how == outcome::response_code_mismatch);
        CHECK(report.detail == std::string("HTTP ") + code);
    }
}

TEST_CASE("an interim response is not the answer", "[health][probe]")
{
    trial of;
    const auto report = of.run("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    CHECK(report.how == outcome::passed);
}

TEST_CASE("an answer may end in any way HTTP knows", "[health][probe]")
{
    trial of;
    CHECK(of.run("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n").how ==
          outcome::passed);
    CHECK(of.run("HTTP/1.0 200 OK\r\n\r\nuntil the end").how == outcome::passed);
    // Much more body than anybody reads.
    CHECK(of.run("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + std::string(300000, 'x'),
                 loopback_target::after::hold)
              .how == outcome::passed);
}

TEST_CASE("what is no answer fails the check", "[health][probe]")
{
    trial of;
    CHECK(of.run("").detail == "end of stream");
    CHECK(of.run("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok").how == outcome::failed);
    CHECK(of.run("SSH-2.0-OpenSSH_9.2\r\n\r\n").how == outcome::failed);
    CHECK(of.run("HTTP/1.1 200 OK\r\nX: " + std::string(20000, 'x') + "\r\n\r\n").how == outcome::failed);
    of.server.shut();
    const auto refused = of.run();
    CHECK(refused.how == outcome::failed);
    CHECK(refused.detail == "Connection refused");
}

TEST_CASE("the whole probe is bounded by its timeout", "[health][probe]")
{
    trial of;
    of.request.timeout = 30ms;
    SECTION("when the head does not come")
    {
        const auto report = of.run("HTTP/1.1 200", loopback_target::after::hold);
        CHECK(report.how == outcome::timeout);
        CHECK(report.detail == "waiting for the answer took longer than 30 ms");
    }
    SECTION("when the body does not end")
    {
        const auto report =
            of.run("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", loopback_target::after::hold);
        CHECK(report.how == outcome::timeout);
        CHECK(report.detail == "reading the answer took longer than 30 ms");
    }
}

TEST_CASE("a shortage of our own is not the target's failure", "[health][probe]")
{
    using namespace boost::system::errc;
    for (const auto ours : {too_many_files_open, too_many_files_open_in_system, no_buffer_space, not_enough_memory,
                            address_not_available})
        CHECK(outcome_of_connect(make_error_code(ours)) == outcome::not_sent);
    for (const auto theirs : {connection_refused, host_unreachable, network_unreachable, connection_reset})
        CHECK(outcome_of_connect(make_error_code(theirs)) == outcome::failed);
}

TEST_CASE("a cancelled probe ends at once", "[health][probe]")
{
    trial of;
    of.request.timeout = 1h;
    of.server.answer("", loopback_target::after::hold);
    boost::asio::cancellation_signal stop;
    bool ended = false;
    boost::asio::co_spawn(of.loop, probe(of.request),
                          boost::asio::bind_cancellation_slot(
                              stop.slot(), [&](std::exception_ptr, const probe_report&) { ended = true; }));
    while (of.server.requests().empty() && of.loop.run_one_for(10s) > 0) {}
    CHECK_FALSE(ended);
    stop.emit(boost::asio::cancellation_type::terminal);
    while (!ended && of.loop.run_one_for(10s) > 0) {}
    CHECK(ended);
}
