#include "bastion/worker/preface.hpp"

#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

using namespace gatehouse::bastion;
namespace asio = boost::asio;

namespace {

struct pair {
    pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0); }
    ~pair() { ::close(ends[1]); }
    void send(std::string_view what) const
    {
        REQUIRE(::send(ends[1], what.data(), what.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(what.size()));
    }
    std::array<int, 2> ends{};  // of the bastion, of the client
};

struct outcome {
    int descriptor = -2;
    announced said;
};

std::string rest_of(int descriptor)
{
    std::array<char, 100> seen;
    const auto size = ::recv(descriptor, seen.data(), seen.size(), MSG_DONTWAIT);
    ::close(descriptor);
    return size > 0 ? std::string(seen.data(), static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

TEST_CASE("a connection that the loop cannot wait for is given up, and nobody else's", "[bastion][preface]")
{
    asio::io_context loop;
    outcome got;
    read_preface(loop, ::dup(-1), [&](int descriptor, const announced& said) { got = {descriptor, said}; });
    loop.run();
    CHECK(got.descriptor == -1);
}

TEST_CASE("a PROXY header is taken off, and nothing behind it", "[bastion][preface]")
{
    asio::io_context loop;
    const pair wire;
    outcome got;
    read_preface(loop, wire.ends[0], [&](int descriptor, const announced& said) { got = {descriptor, said}; });
    wire.send("PROXY TCP4 203.0.113.9 198.51.100.1 50");
    loop.poll();
    CHECK(got.descriptor == -2);
    wire.send("123 22\r\nSSH-2.0-x\r\n");
    loop.run();
    REQUIRE(got.descriptor == wire.ends[0]);
    CHECK(got.said.source->address().to_string() == "203.0.113.9");
    CHECK(got.said.source->port() == 50123);
    CHECK(got.said.destination->port() == 22);
    CHECK(rest_of(got.descriptor) == "SSH-2.0-x\r\n");
}

TEST_CASE("a connection without a PROXY header is closed", "[bastion][preface]")
{
    const auto* const first = GENERATE("SSH-2.0-OpenSSH_9.2\r\n", "");
    asio::io_context loop;
    pair wire;
    outcome got;
    read_preface(loop, wire.ends[0], [&](int descriptor, const announced& said) { got = {descriptor, said}; });
    if (*first)
        wire.send(first);
    else
        ::shutdown(wire.ends[1], SHUT_WR);
    loop.run();
    CHECK(got.descriptor == -1);
    char byte = 0;
    CHECK(::recv(wire.ends[1], &byte, 1, MSG_DONTWAIT) <= 0);
}
