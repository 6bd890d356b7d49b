#include "service/sockets.hpp"
#include "tests/unit/service/scratch.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <system_error>

namespace gatehouse::service {

namespace {

int option(int socket, int level, int name)
{
    int value = -1;
    socklen_t length = sizeof value;
    ::getsockopt(socket, level, name, &value, &length);
    return value;
}

// Puts `sockets` at descriptors 3, 4, ... as systemd does, and takes them. Only in a child: it overwrites
// whatever those descriptors were.
std::map<std::string, std::vector<int>> activate(std::vector<int> sockets, const char* names,
                                                 pid_t pid = ::getpid())
{
    for (auto& each : sockets) each = ::fcntl(each, F_DUPFD, 100);
    for (std::size_t i = 0; i < sockets.size(); ++i) ::dup2(sockets[i], 3 + static_cast<int>(i));
    ::setenv("LISTEN_PID", std::to_string(pid).c_str(), 1);
    ::setenv("LISTEN_FDS", std::to_string(sockets.size()).c_str(), 1);
    names ? ::setenv("LISTEN_FDNAMES", names, 1) : ::unsetenv("LISTEN_FDNAMES");
    return take_activation_sockets();
}

using taken = std::map<std::string, std::vector<int>>;

}  // namespace

TEST_CASE("a listening socket has what the workers need", "[sockets]")
{
    const int made = listen_on({"127.0.0.1", 0});
    const auto bound = local_address(made);
    CHECK(bound.address == "127.0.0.1");
    CHECK(bound.port != 0);
    CHECK(option(made, SOL_SOCKET, SO_ACCEPTCONN) == 1);
    CHECK(option(made, SOL_SOCKET, SO_REUSEADDR) == 1);
    CHECK((::fcntl(made, F_GETFL) & O_NONBLOCK) != 0);
    CHECK((::fcntl(made, F_GETFD) & FD_CLOEXEC) != 0);
    const int beside = listen_on(bound);  // SO_REUSEPORT: another worker's
    CHECK(local_address(beside) == bound);
    ::close(made);
    ::close(beside);
}

TEST_CASE("an IPv6 socket leaves IPv4 to others", "[sockets]")
{
    int made = -1;
    try {
        made = listen_on({"::1", 0});
    } catch (const std::system_error&) {
        WARN("skipped: no IPv6 on this machine");
        return;
    }
    CHECK(option(made, IPPROTO_IPV6, IPV6_V6ONLY) == 1);
    CHECK(local_address(made).address == "::1");
    ::close(made);
}

TEST_CASE("an address that cannot be bound is named", "[sockets]")
{
    CHECK_THROWS_WITH(listen_on({"192.0.2.1", 80}), Catch::Contains("cannot listen on 192.0.2.1:80"));
    CHECK_THROWS_WITH(listen_on({"not-an-address", 80}),
                      Catch::Contains("cannot listen on not-an-address:80"));
    CHECK_THROWS_AS(local_address(-1), std::system_error);
}

TEST_CASE("an address is written as URLs write it", "[sockets]")
{
    CHECK(to_string({"127.0.0.1", 80}) == "127.0.0.1:80");
    CHECK(to_string({"::1", 443}) == "[::1]:443");
}

TEST_CASE("sockets passed by systemd are taken by name", "[sockets]")
{
    const int a = listen_on({"127.0.0.1", 0}), b = listen_on({"127.0.0.1", 0}),
              c = listen_on({"127.0.0.1", 0});
    CHECK(in_child([&] {
              return activate({a, b, c}, "https:http:https") == taken{{"http", {4}}, {"https", {3, 5}}};
          }) == 1);
    CHECK(in_child([&] {
              return activate({a, b}, "https") == taken{{"https", {3}}, {"unknown", {4}}};
          }) == 1);
    CHECK(in_child([&] { return activate({a}, nullptr) == taken{{"unknown", {3}}}; }) == 1);
    CHECK(in_child([&] {
              activate({a}, "https");
              return (::fcntl(3, F_GETFL) & O_NONBLOCK) != 0 && (::fcntl(3, F_GETFD) & FD_CLOEXEC) != 0;
          }) == 1);
    for (const int each : {a, b, c}) ::close(each);
}

TEST_CASE("sockets passed to another process are not taken, and never twice", "[sockets]")
{
    const int a = listen_on({"127.0.0.1", 0});
    CHECK(in_child([&] { return activate({a}, "https", 1).empty(); }) == 1);
    CHECK(in_child([&] {
              activate({a}, "https");
              return take_activation_sockets().empty() && !std::getenv("LISTEN_FDS") &&
                     !std::getenv("LISTEN_PID") && !std::getenv("LISTEN_FDNAMES");
          }) == 1);
    ::close(a);
}

TEST_CASE("a passed descriptor that does not listen is refused", "[sockets]")
{
    const int datagram = ::socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(in_child([&] {
              try {
                  activate({datagram}, "https");
              } catch (const std::system_error& refused) {
                  return std::string(refused.what()).find("descriptor 3") != std::string::npos ? 7 : 8;
              }
              return 9;
          }) == 7);
    ::close(datagram);
}

TEST_CASE("the descriptor limit is raised to the hard limit", "[sockets]")
{
    CHECK(in_child([] {
              rlimit limit{};
              ::getrlimit(RLIMIT_NOFILE, &limit);
              const auto hard = limit.rlim_max;
              limit.rlim_cur = 64;
              ::setrlimit(RLIMIT_NOFILE, &limit);
              const auto told = raise_descriptor_limit();
              ::getrlimit(RLIMIT_NOFILE, &limit);
              return told == hard && limit.rlim_cur == hard;
          }) == 1);
}

}  // namespace gatehouse::service
