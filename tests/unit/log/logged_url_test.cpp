#include "lb/log/logged_url.hpp"

#include "tests/unit/log/sample_record.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace gatehouse::lb;

namespace {

std::string url_of(const access_record& record)
{
    std::string url;
    for (const auto piece : logged_url(record)) url += piece;
    return url;
}

}  // namespace

TEST_CASE("a request's URL has the client's host and a port", "[log][url]")
{
    auto record = sample_record();
    CHECK(url_of(record) == "https://site.example:8443/v2/items?q=a%20b");
    record.authority = "site.example:444";
    CHECK(url_of(record) == "https://site.example:444/v2/items?q=a%20b");
    record.authority = "[2001:db8::1]";
    CHECK(url_of(record) == "https://[2001:db8::1]:8443/v2/items?q=a%20b");
    record.authority = "[2001:db8::1]:444";
    CHECK(url_of(record) == "https://[2001:db8::1]:444/v2/items?q=a%20b");
}

TEST_CASE("a request without a host is logged with the listener's address", "[log][url]")
{
    auto record = sample_record();
    record.authority = {};
    CHECK(url_of(record) == "https://10.0.0.4:8443/v2/items?q=a%20b");
    record.listener_address = "[::1]:80";
    CHECK(url_of(record) == "https://[::1]:80/v2/items?q=a%20b");
}

TEST_CASE("a WebSocket's URL is the one it was asked for with", "[log][url]")
{
    auto record = sample_record();
    record.type = access_record::scheme::wss;
    CHECK(url_of(record).starts_with("https://"));
    record.type = access_record::scheme::ws;
    CHECK(url_of(record).starts_with("http://"));
}

TEST_CASE("a target that is no path stands as received", "[log][url]")
{
    auto record = sample_record();
    for (const auto* target : {"http://other.example/x", "*", "a:b", "\x01"}) {
        record.target = target;
        CHECK(url_of(record) == target);
    }
}

TEST_CASE("an endpoint splits at its port", "[log][url]")
{
    const auto parts = [](std::string_view text) {
        const auto split = split_endpoint(text);
        return std::string(split.address) + '|' + std::string(split.port);
    };
    CHECK(parts("10.0.0.4:443") == "10.0.0.4|443");
    CHECK(parts("[::1]:443") == "::1|443");
    CHECK(parts("[::1]") == "::1|");
    CHECK(parts("10.0.0.4") == "10.0.0.4|");
    CHECK(parts("") == "|");
}
