#include "bastion/session/session_book.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;

namespace {

session_entry session(std::string id, std::string user, int since = 0)
{
    session_entry made;
    made.id = std::move(id);
    made.user = std::move(user);
    made.since = made.last_byte = std::chrono::sys_seconds(std::chrono::seconds(since));
    return made;
}

channel_entry channel(unsigned number, std::string instance, std::string group = "web")
{
    channel_entry made;
    made.number = number;
    made.instance = std::move(instance);
    made.group = std::move(group);
    return made;
}

void nobody_ends(std::string) { FAIL("was ended"); }

}  // namespace

TEST_CASE("who is in is listed, the oldest first, until the seat is given up", "[bastion][session_book]")
{
    session_book book;
    auto late = book.enter(session("a", "bob", 20), nobody_ends);
    const auto early = book.enter(session("b", "alice", 10), nobody_ends);
    REQUIRE(book.list().size() == 2);
    CHECK(book.list()[0].user == "alice");
    CHECK(book.find("a")->user == "bob");
    late.reset();
    CHECK(book.size() == 1);
    CHECK_FALSE(book.find("a"));
}

TEST_CASE("a session shows its channels and what went through them", "[bastion][session_book]")
{
    session_book book;
    const auto seat = book.enter(session("a", "alice"), nobody_ends);
    seat->opened(channel(1, "i-1"));
    seat->opened(channel(2, "i-2", "api"));
    const boost::asio::ip::tcp::endpoint local(boost::asio::ip::address_v4::loopback(), 40123);
    seat->connected(2, local);
    seat->moved(2, 10, 20, std::chrono::sys_seconds(std::chrono::seconds(5)));
    const auto shown = *book.find("a");
    REQUIRE(shown.channels.size() == 2);
    CHECK(shown.channels[1].local == local);
    CHECK(shown.channels[1].received == 10);
    CHECK(shown.channels[1].sent == 20);
    CHECK(shown.last_byte.time_since_epoch().count() == 5);
    CHECK(book.channels_by_group() == std::map<std::string, std::size_t>{{"api", 1}, {"web", 1}});
    seat->closed(1);
    CHECK(book.find("a")->channels.size() == 1);
}

TEST_CASE("sessions to an instance are counted once each", "[bastion][session_book]")
{
    session_book book;
    const auto one = book.enter(session("a", "alice"), nobody_ends), other = book.enter(session("b", "bob"), nobody_ends);
    one->opened(channel(1, "i-1"));
    one->opened(channel(2, "i-1"));
    other->opened(channel(1, "i-1"));
    other->opened(channel(2, "i-2"));
    CHECK(book.sessions_to("i-1") == 2);
    CHECK(book.sessions_to("i-2") == 1);
    CHECK(book.sessions_to("i-3") == 0);
}

TEST_CASE("ending a session tells it why, once it is found", "[bastion][session_book]")
{
    session_book book;
    std::string told;
    const auto seat = book.enter(session("a", "alice"), [&](std::string why) { told = std::move(why); });
    CHECK_FALSE(book.end("b", "no"));
    CHECK(told.empty());
    CHECK(book.end("a", "killed by bob"));
    CHECK(told == "killed by bob");
    CHECK(book.size() == 1);  // until it has ended by itself
}
