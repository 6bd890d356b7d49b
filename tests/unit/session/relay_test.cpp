#include "bastion/session/relay.hpp"
#include "tests/unit/session/fake_channel.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <optional>
#include <string>

using gatehouse::test::fake_channel;
using gatehouse::test::fake_peer;
using gatehouse::bastion::relay;
namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

struct fixture {
    fixture()
    {
        tcp::acceptor door(loop, {asio::ip::address_v4::loopback(), 0});
        tcp::socket near(loop);
        near.connect(door.local_endpoint());
        door.accept(target);
        running = relay::start(std::make_unique<fake_channel>(peer), std::move(near),
                               [this](const relay::result& how) { result = how; });
        settle();
    }
    ~fixture()
    {
        if (!result) running->stop();
        settle();
    }

    void settle()
    {
        loop.restart();
        loop.poll();
    }
    // Until `check` holds: the other end of a socket is the kernel's matter.
    template <class Check> bool eventually(Check check)
    {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!check() && std::chrono::steady_clock::now() < deadline) {
            loop.restart();
            loop.run_for(1ms);
        }
        return check();
    }
    std::string received(std::size_t size)
    {
        std::string got(size, '\0');
        boost::system::error_code failed;
        got.resize(asio::read(target, asio::buffer(got), failed));
        return got;
    }

    asio::io_context loop;
    tcp::socket target{loop};
    fake_peer peer;
    std::optional<relay::result> result;
    std::shared_ptr<relay> running;
};

}  // namespace

TEST_CASE_METHOD(fixture, "bytes are carried both ways and counted", "[session][relay]")
{
    peer.sent = "question";
    peer.tell();
    CHECK(received(8) == "question");
    asio::write(target, asio::buffer("answer", 6));
    CHECK(eventually([&] { return peer.received == "answer"; }));
    CHECK(running->to_target() == 8);
    CHECK(running->to_client() == 6);
}

TEST_CASE_METHOD(fixture, "the client may end first", "[session][relay]")
{
    peer.sent = "all";
    peer.ended = true;
    peer.tell();
    CHECK(received(100) == "all");
    CHECK_FALSE(result);
    asio::write(target, asio::buffer("late", 4));
    target.close();
    REQUIRE(eventually([&] { return result.has_value(); }));
    CHECK(peer.received == "late");
    CHECK(peer.got_end);
    CHECK(result->how == relay::ending::both_ended);
    CHECK(peer.gone);
}

TEST_CASE_METHOD(fixture, "the target may end first", "[session][relay]")
{
    target.shutdown(tcp::socket::shutdown_send);
    CHECK(eventually([&] { return peer.got_end; }));
    CHECK_FALSE(result);
    peer.sent = "still";
    peer.tell();
    peer.ended = true;
    peer.tell();
    CHECK(received(100) == "still");
    REQUIRE(eventually([&] { return result.has_value(); }));
    CHECK(result->how == relay::ending::both_ended);
}

TEST_CASE_METHOD(fixture, "a client without room is not read for, and lives", "[session][relay]")
{
    peer.window = 10;
    running.reset();  // no one holds it but itself, while nothing waits
    const std::string much(1000, 'x');
    asio::write(target, asio::buffer(much));
    CHECK(eventually([&] { return peer.received.size() == 10; }));
    settle();
    CHECK_FALSE(peer.gone);
    peer.window = 5000;
    peer.tell();
    CHECK(eventually([&] { return peer.received == much; }));
    target.close();
    peer.ended = true;
    peer.tell();
    CHECK(eventually([&] { return result.has_value(); }));
}

TEST_CASE_METHOD(fixture, "for a target without room, the channel is not read", "[session][relay]")
{
    const std::string much(1 << 20, 'x');
    std::size_t offered = 0;
    for (int i = 0; i < 64; ++i) {  // far more than both sockets' buffers
        if (!peer.sent.empty()) continue;
        peer.sent = much;
        offered += much.size();
        peer.tell();
    }
    CHECK_FALSE(peer.sent.empty());
    const auto reads = peer.reads;
    peer.tell();
    CHECK(peer.reads == reads);
    std::size_t got = 0;
    std::string into(1 << 20, '\0');
    target.non_blocking(true);
    peer.ended = true;
    CHECK(eventually([&] {
        boost::system::error_code failed;
        got += target.read_some(asio::buffer(into), failed);
        return failed == asio::error::eof;
    }));
    CHECK(got == offered);
}

TEST_CASE_METHOD(fixture, "what a client sent before it closed still arrives", "[session][relay]")
{
    peer.sent = "last words";
    peer.closed = true;
    peer.tell();
    REQUIRE(result);
    CHECK(result->how == relay::ending::client_closed);
    CHECK(received(100) == "last words");
}

TEST_CASE_METHOD(fixture, "a target that resets ends the channel", "[session][relay]")
{
    target.set_option(asio::socket_base::linger(true, 0));
    target.close();
    REQUIRE(eventually([&] { return result.has_value(); }));
    CHECK(result->how == relay::ending::target_failed);
    CHECK(peer.gone);
}

TEST_CASE_METHOD(fixture, "the end of the session ends the target", "[session][relay]")
{
    peer.user->on_channel_gone();
    REQUIRE(result);
    CHECK(result->how == relay::ending::session_ended);
    CHECK(received(1).empty());
}

TEST_CASE_METHOD(fixture, "stop() closes both sides and tells nobody", "[session][relay]")
{
    running->stop();
    CHECK_FALSE(result);
    CHECK(peer.gone);
    CHECK(received(1).empty());
}
