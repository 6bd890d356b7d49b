#include "discovery/aws/url.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;

TEST_CASE("a URL has a scheme, a host, a port and a path", "[aws][url]")
{
    const auto full = parse_url("http://127.0.0.1:5000/role/a?b=c?d");
    REQUIRE(full.has_value());
    CHECK(full->scheme == url::protocol::http);
    CHECK(full->host == "127.0.0.1");
    CHECK(full->port == 5000);
    CHECK(full->path == "/role/a");
    CHECK(full->query == "b=c?d");
}

TEST_CASE("what a URL leaves out is the scheme's own", "[aws][url]")
{
    CHECK(parse_url("https://ec2.eu-west-2.amazonaws.com") ==
          url{url::protocol::https, "ec2.eu-west-2.amazonaws.com", 443, "/", ""});
    CHECK(parse_url("http://[fd00:ec2::23]") == url{url::protocol::http, "fd00:ec2::23", 80, "/", ""});
    CHECK(parse_url("http://[::1]:8080?x") == url{url::protocol::http, "::1", 8080, "/", "x"});
}

TEST_CASE("what is no http or https URL is refused", "[aws][url]")
{
    for (const char* text :
         {"", "ec2.amazonaws.com", "ftp://a", "http://", "http:///a", "http://a:0", "http://a:65536",
          "http://a:", "http://user@a/", "http://169.254.170.2@evil.example/", "http://a b/",
          "http://a/b\r\nX: y", "http://a/#b", "http://[::1", "http://[1.2.3.4]", "http://::1/",
          "http://a:80x"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_url(text).has_value());
    }
}

TEST_CASE("the Host field names a port only where it is not the scheme's own", "[aws][url]")
{
    for (const char* text : {"a.example", "a.example:8443", "[fd00::1]", "[fd00::1]:8443", "10.0.0.1:80"}) {
        CAPTURE(text);
        CHECK(authority(*parse_url(std::string("https://") + text)) == text);
    }
    CHECK(authority(*parse_url("https://a.example:443")) == "a.example");
    CHECK(authority(*parse_url("http://a.example:80/x")) == "a.example");
    CHECK(authority(*parse_url("http://a.example:443")) == "a.example:443");
}
