#include "lb/health/probe_tls.hpp"

#include "lb/health/health_probe.hpp"
#include "tests/unit/health/loopback_target.hpp"
#include "tests/unit/health/throwaway_certificate.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

using namespace gatehouse;
using namespace gatehouse::lb;
using namespace std::chrono_literals;
using outcome = probe_report::outcome;

namespace {

// An https target whose certificate is for `names`, and a group that trusts it.
struct tls_trial {
    explicit tls_trial(const std::string& names) : certificate(names)
    {
        auto name = (std::filesystem::temp_directory_path() / "gatehouse-ca-XXXXXX").string();
        const int made = ::mkstemp(name.data());
        REQUIRE(made >= 0);
        ::close(made);
        std::ofstream(name) << certificate.certificate;
        ca = settings.ca = name;
    }
    ~tls_trial() { std::filesystem::remove(ca); }

    probe_report run()
    {
        probe_request request;
        request.where = server.endpoint();
        request.tls = make_probe_context(settings);
        request.server_name = settings.server_name;
        std::optional<probe_report> report;
        boost::asio::co_spawn(loop, probe(request),
                              [&](std::exception_ptr, probe_report got) { report = got; });
        loop.restart();
        while (!report && loop.run_one_for(10s) > 0) {}
        REQUIRE(report.has_value());
        return *report;
    }

    stage::throwaway_certificate certificate;
    conf::target_tls settings;
    std::string ca;
    boost::asio::io_context loop;
    stage::loopback_target server{loop, std::make_shared<boost::asio::ssl::context>(certificate.server())};
};

}  // namespace

TEST_CASE("an https target is verified by its address", "[health][tls]")
{
    tls_trial right("IP:127.0.0.1");
    CHECK(right.run().detail == "HTTP 200");
    tls_trial wrong("IP:127.0.0.2,DNS:127.0.0.1");
    const auto report = wrong.run();
    CHECK(report.how == outcome::failed);
    CHECK(report.detail == "TLS: IP address mismatch");
    CHECK(wrong.server.requests().empty());
}

TEST_CASE("an https target is verified by its server name where there is one", "[health][tls]")
{
    tls_trial right("DNS:web.example");
    right.settings.server_name = "web.example";
    CHECK(right.run().detail == "HTTP 200");
    tls_trial wrong("DNS:other.example,IP:127.0.0.1");
    wrong.settings.server_name = "web.example";
    CHECK(wrong.run().detail == "TLS: hostname mismatch");
}

TEST_CASE("a certificate nobody vouches for fails the check, unless that is allowed", "[health][tls]")
{
    tls_trial unknown("IP:127.0.0.1");
    unknown.settings.ca.clear();  // the system's store
    CHECK(unknown.run().detail == "TLS: self-signed certificate");
    unknown.settings.verify = false;
    CHECK(unknown.run().detail == "HTTP 200");
}

TEST_CASE("a target that speaks no TLS fails the check", "[health][tls]")
{
    tls_trial of("IP:127.0.0.1");
    stage::loopback_target plain(of.loop);
    probe_request request;
    request.where = plain.endpoint();
    request.timeout = 50ms;
    request.tls = make_probe_context(of.settings);
    plain.answer("");
    std::optional<probe_report> report;
    boost::asio::co_spawn(of.loop, probe(request),
                          [&](std::exception_ptr, probe_report got) { report = got; });
    while (!report && of.loop.run_one_for(10s) > 0) {}
    REQUIRE(report.has_value());
    CHECK(report->detail == "the TLS handshake took longer than 50 ms");
}

TEST_CASE("a CA file that cannot be used is an error when the settings are made", "[health][tls]")
{
    conf::target_tls settings;
    settings.ca = "/nowhere/ca.pem";
    CHECK_THROWS_AS(make_probe_context(settings), boost::system::system_error);
}
