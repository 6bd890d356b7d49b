#include "bastion/ssh/server.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <unistd.h>

using Catch::Matchers::Contains;
using gatehouse::bastion::require_libssh;
using gatehouse::bastion::server;

namespace {

server with_key(const std::filesystem::path& path)
{
    gatehouse::bastion::server_settings settings;
    settings.host_keys.push_back(path.string());
    return server(settings);
}

}  // namespace

TEST_CASE("the libssh of this machine will do", "[ssh][server]") { CHECK_NOTHROW(require_libssh()); }

TEST_CASE("a host key that cannot be used is named", "[ssh][server]")
{
    SECTION("when there is none") { CHECK_THROWS_WITH(server({}), "no host key"); }
    SECTION("when it is not there")
    {
        CHECK_THROWS_WITH(with_key("/nowhere/host_key"), Contains("/nowhere/host_key"));
    }
    SECTION("when it is something else")
    {
        const auto path = std::filesystem::temp_directory_path() /
                          ("gatehouse_no_key." + std::to_string(::getpid()));
        std::ofstream(path) << "no key\n";
        CHECK_THROWS_WITH(with_key(path), Contains(path.string()));
        std::filesystem::remove(path);
    }
}
