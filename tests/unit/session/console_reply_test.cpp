#include "bastion/session/console_reply.hpp"
#include "tests/unit/session/fake_channel.hpp"

#include <catch2/catch.hpp>

using gatehouse::bastion::console_reply;
using gatehouse::test::fake_channel;
using gatehouse::test::fake_peer;

TEST_CASE("an answer is followed by its status, and the channel closes", "[session][console_reply]")
{
    fake_peer peer;
    console_reply::send(std::make_unique<fake_channel>(peer), "one\ntwo\n", 3, false);
    peer.tell();
    CHECK(peer.received == "one\ntwo\n");
    CHECK(peer.exit_status == 3);
    CHECK(peer.got_end);
    CHECK(peer.gone);
}

TEST_CASE("on a terminal lines end as it wants them", "[session][console_reply]")
{
    fake_peer peer;
    console_reply::send(std::make_unique<fake_channel>(peer), "one\ntwo\n", 0, true);
    peer.tell();
    CHECK(peer.received == "one\r\ntwo\r\n");
}

TEST_CASE("an answer waits for a client that is slow to read", "[session][console_reply]")
{
    fake_peer peer;
    peer.window = 4;
    console_reply::send(std::make_unique<fake_channel>(peer), "123456", 0, false);
    peer.tell();
    CHECK(peer.received == "1234");
    CHECK_FALSE(peer.exit_status);
    peer.tell();
    CHECK_FALSE(peer.gone);
    peer.window = 4;
    peer.tell();
    CHECK(peer.received == "123456");
    CHECK(peer.gone);
}

TEST_CASE("what a client types is dropped, and one that leaves is not waited for", "[session][console_reply]")
{
    fake_peer peer;
    peer.window = 0;
    peer.sent = "exit\n";
    console_reply::send(std::make_unique<fake_channel>(peer), "text", 0, false);
    peer.tell();
    CHECK(peer.sent.empty());
    CHECK_FALSE(peer.gone);
    peer.closed = true;
    peer.tell();
    CHECK(peer.gone);
}
