#include "service/ctl/address.hpp"
#include "tests/unit/service/scratch.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::service::ctl {

namespace {

admin_endpoint find(const std::vector<std::string>& arguments)
{
    return find_endpoint({arguments, admin_options(), 0});
}

std::string found(const std::vector<std::string>& arguments)
{
    const auto where = find(arguments);
    return where.host + ' ' + std::to_string(where.port) + (where.token.empty() ? "" : ' ' + where.token);
}

std::string config_with(const std::string& admin)
{
    return "groups:\n  web: { instances: [ 127.0.0.1 ] }\n"
           "lb:\n"
           "  listeners:\n"
           "    - { name: http, bind: \"127.0.0.1:0\", protocol: http, default: { forward: web } }\n"
           "  target_groups:\n"
           "    web: { members: web, port: 8000 }\n" +
           admin;
}

}  // namespace

TEST_CASE("an endpoint is an address and a port", "[ctl]")
{
    const auto parsed = [](std::string_view text) {
        const auto where = parse_endpoint(text);
        return where.host + ' ' + std::to_string(where.port);
    };
    CHECK(parsed("127.0.0.1:9101") == "127.0.0.1 9101");
    CHECK(parsed("[::1]:9101") == "::1 9101");
    CHECK(parsed("localhost:1") == "localhost 1");
    for (const char* wrong : {"", "127.0.0.1", ":9101", "::1:9101", "a:0", "a:65536", "a:9x", "[]:1", "a:"}) {
        CAPTURE(wrong);
        CHECK_THROWS_AS(parse_endpoint(wrong), usage_error);
    }
}

TEST_CASE("the daemon is that of --admin, else the environment's, else the default", "[ctl]")
{
    CHECK(found({}) == "127.0.0.1 9101");
    const environment_variable where("GATEHOUSE_ADMIN", "10.0.0.1:1"),
        token("GATEHOUSE_ADMIN_TOKEN", "secret");
    CHECK(found({}) == "10.0.0.1 1 secret");
    CHECK(found({"--admin", "10.0.0.2:2"}) == "10.0.0.2 2 secret");
}

TEST_CASE("--config names the daemon and its token", "[ctl]")
{
    const scratch_directory scratch;
    const auto file = scratch.file("gatehouse.yaml");
    const environment_variable where("GATEHOUSE_ADMIN", "10.0.0.1:1"),
        token("GATEHOUSE_ADMIN_TOKEN", "other");
    write_file(file, config_with("  admin: { bind: \"0.0.0.0:9107\", token: in-the-file-0123456789 }\n"));
    CHECK(found({"--config", file}) == "127.0.0.1 9107 in-the-file-0123456789");
    CHECK(found({"--config", file, "--admin", "10.0.0.2:2"}) == "10.0.0.2 2 in-the-file-0123456789");
    write_file(file, config_with("  admin: { bind: \"[::1]:9107\" }\n"));
    CHECK(found({"--config", file}) == "::1 9107 other");
    write_file(file, config_with("  admin: { bind: \"127.0.0.1:0\" }\n"));
    CHECK_THROWS_AS(find({"--config", file}), usage_error);
    CHECK(found({"--config", file, "--admin", "10.0.0.2:2"}) == "10.0.0.2 2 other");
}

TEST_CASE("a --config that does not load is told with its errors", "[ctl]")
{
    const scratch_directory scratch;
    const auto file = scratch.file("gatehouse.yaml");
    write_file(file, "lb:\n  lisseners: []\n");
    CHECK_THROWS_AS(find({"--config", file}), bad_configuration_file);
    CHECK_THROWS_WITH(find({"--config", file}), Catch::Contains(file + ":2:"));
}

}  // namespace gatehouse::service::ctl
