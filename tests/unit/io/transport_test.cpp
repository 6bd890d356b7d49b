#include "lb/io/transport.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <string>

using namespace gatehouse::lb;
using boost::asio::ip::tcp;

namespace {

struct told final : transport::watcher {
    int readable = 0, writable = 0;
    void on_readable() override { ++readable; }
    void on_writable() override { ++writable; }
};

// A transport that connected to a plain socket of the test.
struct pair {
    boost::asio::io_context loop;
    io_scratch scratch;
    told heard;
    poller events{loop};
    transport ours{events, -1, scratch, heard};
    tcp::socket theirs{loop};

    pair()
    {
        tcp::acceptor listening(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        const auto begun = ours.connect(listening.local_endpoint());
        listening.accept(theirs);
        if (begun == transport::io::blocked) run_until([&] { return heard.writable > 0; });
        REQUIRE(ours.connect_result());
        heard.writable = 0;
    }
    ~pair()
    {
        ours.close();
        theirs.close();
        loop.restart();
        loop.poll();
    }
    template <class Condition>
    void run_until(Condition met)
    {
        while (!met()) {
            loop.restart();
            if (loop.run_one_for(std::chrono::seconds(10)) == 0) FAIL("nothing happened");
        }
    }
    void send(std::string_view text)
    {
        gather out;
        out.add(text);
        ours.send(out);
    }
};

}  // namespace

TEST_CASE("a transport is told once when bytes have come, and reads them without waiting", "[io][transport]")
{
    pair p;
    char into[16];
    CHECK(p.ours.read(into, sizeof into).state == transport::io::blocked);
    p.ours.arm_read();
    p.ours.arm_read();
    boost::asio::write(p.theirs, boost::asio::buffer("abc", 3));
    p.run_until([&] { return p.heard.readable > 0; });
    const auto got = p.ours.read(into, sizeof into);
    CHECK(got.state == transport::io::done);
    CHECK(std::string_view(into, got.bytes) == "abc");
    p.loop.restart();
    p.loop.poll();
    CHECK(p.heard.readable == 1);
    CHECK(p.ours.quiet());
}

TEST_CASE("what a full socket does not take is kept in order and sent when there is room", "[io][transport]")
{
    pair p;
    std::string expected;
    for (int i = 0; !p.ours.blocked() && i < 1000; ++i) {
        const std::string part(100'000, static_cast<char>('a' + i % 26));
        expected += part;
        p.send(part);
    }
    REQUIRE(p.ours.blocked());
    p.send("the end");
    expected += "the end";
    std::string got;
    char into[65536];
    boost::system::error_code failed;
    p.theirs.non_blocking(true);
    while (got.size() < expected.size()) {
        const auto bytes = p.theirs.read_some(boost::asio::buffer(into), failed);
        got.append(into, bytes);
        p.loop.restart();
        p.loop.run_for(std::chrono::milliseconds(1));
    }
    CHECK(got == expected);
    CHECK_FALSE(p.ours.blocked());
    CHECK(p.heard.writable == 1);
}

TEST_CASE("the other side's end is an end, not a failure", "[io][transport]")
{
    pair p;
    p.theirs.shutdown(tcp::socket::shutdown_send);
    p.ours.arm_read();
    p.run_until([&] { return p.heard.readable > 0; });
    char into[16];
    CHECK(p.ours.read(into, sizeof into).state == transport::io::eof);
}

TEST_CASE("a shutdown waits for what is still to be sent", "[io][transport]")
{
    pair p;
    std::size_t sent = 0;
    while (!p.ours.blocked()) {
        p.send(std::string(100'000, 'x'));
        sent += 100'000;
    }
    p.ours.shutdown_send();
    std::string got;
    char into[65536];
    boost::system::error_code failed;
    p.theirs.non_blocking(true);
    while (failed != boost::asio::error::eof) {
        const auto bytes = p.theirs.read_some(boost::asio::buffer(into), failed);
        got.append(into, bytes);
        p.loop.restart();
        p.loop.run_for(std::chrono::milliseconds(1));
    }
    CHECK(got.size() == sent);
}

TEST_CASE("an end that came with the last bytes is seen after a short read", "[io][transport]")
{
    pair p;
    boost::asio::write(p.theirs, boost::asio::buffer("abc", 3));
    p.theirs.shutdown(tcp::socket::shutdown_send);
    p.ours.arm_read();
    p.run_until([&] { return p.heard.readable > 0; });
    char into[16];
    CHECK(p.ours.read(into, sizeof into).bytes == 3);
    p.ours.arm_read();
    p.run_until([&] { return p.heard.readable > 1; });
    CHECK(p.ours.read(into, sizeof into).state == transport::io::eof);
}

TEST_CASE("after close nobody is called, and the waits come to rest", "[io][transport]")
{
    pair p;
    boost::asio::write(p.theirs, boost::asio::buffer("abc", 3));
    char into[2];
    p.ours.arm_read();
    p.run_until([&] { return p.heard.readable > 0; });
    CHECK(p.ours.read(into, sizeof into).bytes == 2);
    p.ours.arm_read();  // one byte is known to be there: the call is already on its way
    CHECK_FALSE(p.ours.quiet());
    p.ours.close();
    p.loop.restart();
    p.loop.poll();
    CHECK(p.ours.quiet());
    CHECK(p.heard.readable == 1);
}
