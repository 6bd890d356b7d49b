#include "lb/http/field.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatehouse::lb::http;

TEST_CASE("fields are recognised by their whole name in any case", "[http][field]")
{
    CHECK(identify("te") == field_id::te);
    CHECK(identify("HOST") == field_id::host);
    CHECK(identify("Content-Length") == field_id::content_length);
    CHECK(identify("X-AMZN-trace-id") == field_id::x_amzn_trace_id);
    CHECK(identify("proxy-authorization") == field_id::proxy_authorization);
    CHECK(identify("Keep-Alive") == field_id::keep_alive);
    CHECK(identify("Set-Cookie") == field_id::set_cookie);
    CHECK(identify("tracestate") == field_id::tracestate);
    CHECK(identify("User-Agent") == field_id::user_agent);
    CHECK(identify("") == field_id::other);
    CHECK(identify("hos") == field_id::other);
    CHECK(identify("hostx") == field_id::other);
    CHECK(identify("keep\ralive") == field_id::other);
    CHECK(identify(std::string(500, 'a')) == field_id::other);
}
