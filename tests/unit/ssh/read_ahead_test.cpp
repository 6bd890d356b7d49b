#include "bastion/ssh/read_ahead.hpp"

#include <catch2/catch.hpp>

#include <dlfcn.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

using gatehouse::bastion::read_ahead;

namespace {

struct pair {
    pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0); }
    ~pair()
    {
        for (const int end : ends) ::close(end);
    }
    pair(const pair&) = delete;
    pair& operator=(const pair&) = delete;

    void send(const std::string& what) const { REQUIRE(::send(ends[1], what.data(), what.size(), 0) > 0); }
    std::string receive(std::size_t size) const
    {
        std::string into(size, '\0');
        const auto got = ::recv(ends[0], into.data(), size, 0);
        into.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return into;
    }
    bool readable(short events = POLLIN) const
    {
        pollfd about{ends[0], events, 0};
        return ::poll(&about, 1, 0) == 1 && (about.revents & POLLIN) != 0;
    }

    int ends[2]{};
};

}  // namespace

TEST_CASE("libssh finds this program's recv and poll", "[ssh][read_ahead]")
{
    CHECK(::dlsym(RTLD_DEFAULT, "recv") == reinterpret_cast<void*>(&::recv));
    CHECK(::dlsym(RTLD_DEFAULT, "poll") == reinterpret_cast<void*>(&::poll));
}

TEST_CASE("small reads of one socket are served from a large one", "[ssh][read_ahead]")
{
    const pair served, other;
    served.send("0123456789");
    other.send("others");
    std::array<char, 8> buffer;
    {
        read_ahead ahead(served.ends[0], buffer);
        CHECK(served.receive(3) == "012");
        CHECK(ahead.holds());
        CHECK(served.receive(3) == "345");
        CHECK(other.receive(100) == "others");
        CHECK(served.receive(3) == "67");
        CHECK_FALSE(ahead.holds());
        CHECK(served.receive(3) == "89");
        CHECK(served.receive(3).empty());
    }
    served.send("later");
    CHECK(served.receive(2) == "la");
    CHECK(served.receive(9) == "ter");
}

TEST_CASE("what was read ahead makes its socket readable, and no other", "[ssh][read_ahead]")
{
    const pair served, other;
    std::array<char, 64> buffer;
    read_ahead ahead(served.ends[0], buffer);
    CHECK_FALSE(served.readable());
    served.send("0123456789");
    CHECK(served.readable());
    served.receive(1);
    CHECK(served.readable());
    CHECK(served.readable(POLLIN | POLLOUT));
    CHECK_FALSE(served.readable(POLLOUT));
    CHECK_FALSE(other.readable());
    served.receive(9);
    CHECK_FALSE(served.readable());
}

TEST_CASE("an end is told when what came before it was read", "[ssh][read_ahead]")
{
    const pair served;
    served.send("last");
    ::shutdown(served.ends[1], SHUT_WR);
    std::array<char, 64> buffer;
    read_ahead ahead(served.ends[0], buffer);
    CHECK(served.receive(2) == "la");
    CHECK(served.receive(2) == "st");
    char byte = 0;
    CHECK(::recv(served.ends[0], &byte, 1, 0) == 0);
}
