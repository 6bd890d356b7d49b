#include "service/ctl/address.hpp"
#include "tests/unit/service/scratch.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::service::ctl {

namespace {

admin_endpoint find(const std::vector<std::string>& arguments, daemon_kind kind = daemon_kind::lb)
{
    return find_endpoint({arguments, either_admin_options(), 0}, kind);
}

std::string found(const std::vector<std::string>& arguments, daemon_kind kind = daemon_kind::lb)
{
    const auto where = find(arguments, kind);
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

// A whole file of the bastion, with the host key it names.
std::string bastion_file(const scratch_directory& scratch, const std::string& admin)
{
    const auto key = scratch.file("host_key"), file = scratch.file("bastion.yaml");
    write_file(key, "-----BEGIN PRIVATE KEY-----\n"
                    "MC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"  // of zeros
                    "-----END PRIVATE KEY-----\n");
    std::filesystem::permissions(key, std::filesystem::perms::owner_read);
    write_file(file, "bastion:\n"
                     "  bind: \"127.0.0.1:0\"\n"
                     "  users: [ { name: a, authorized_keys: [ ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHKzqAAOIOlG"
                     "Mykhplk8qMwtpROmzQpwSvWWOzAgo99+ ] } ]\n"
                     "  host_keys: " +
                         key + '\n' + admin);
    return file;
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

TEST_CASE("the bastion has a variable, a section and a default of its own", "[ctl]")
{
    const auto bastion = daemon_kind::bastion;
    const environment_variable balancer("GATEHOUSE_ADMIN", "10.0.0.1:1");
    CHECK(found({}, bastion) == "127.0.0.1 9102");
    CHECK(found({"--bastion"}) == "127.0.0.1 9102");
    const environment_variable where("GATEHOUSE_BASTION_ADMIN", "10.0.0.3:3"),
        token("GATEHOUSE_ADMIN_TOKEN", "other");
    CHECK(found({}) == "10.0.0.1 1 other");
    CHECK(found({}, bastion) == "10.0.0.3 3 other");
    CHECK(found({"--bastion"}) == "10.0.0.3 3 other");
    CHECK(found({"--admin", "10.0.0.2:2"}, bastion) == "10.0.0.2 2 other");

    const scratch_directory scratch;
    const auto file = bastion_file(scratch, "");
    CHECK(found({"--config", file}, bastion) == "127.0.0.1 9102 other");
    bastion_file(scratch, "  admin: { bind: \"[::]:9108\", token: in-the-file-0123456789 }\n");
    CHECK(found({"--config", file}, bastion) == "::1 9108 in-the-file-0123456789");
    CHECK(found({"--config", file, "--bastion"}) == "::1 9108 in-the-file-0123456789");
    bastion_file(scratch, "  admin: { bind: \"127.0.0.1:0\" }\n");
    CHECK_THROWS_WITH(find({"--config", file, "--bastion"}),
                      Catch::StartsWith("bastion.admin of " + file + " binds a free port"));
}

TEST_CASE("a --config without the daemon's section is told with its name", "[ctl]")
{
    const scratch_directory scratch;
    const auto file = scratch.file("gatehouse.yaml"), other = bastion_file(scratch, "");
    write_file(file, config_with(""));
    CHECK_THROWS_WITH(find({"--config", file, "--bastion"}), file + ": there is no bastion section");
    CHECK_THROWS_WITH(find({"--config", other}), other + ": there is no lb section");
    CHECK_THROWS_AS(find({"--config", other}), bad_configuration_file);
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
