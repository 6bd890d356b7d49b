#include "tests/unit/bastion/console_desk.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::bastion;
using namespace std::chrono_literals;
using boost::asio::ip::make_address;
using Catch::Contains;

namespace {

// alice has s-own and s-2, bob s-3.
struct busy_desk : console_desk {
    busy_desk()
    {
        enter("s-own", "alice", 1h);
        enter("s-2", "alice", 30min);
        enter("s-3", "bob", 10min);
    }

    void enter(std::string id, std::string user, std::chrono::seconds ago)
    {
        session_entry who;
        who.id = std::move(id);
        who.user = std::move(user);
        who.source = {make_address("203.0.113.9"), 50123};
        who.since = now - ago;
        who.last_byte = now - 90s;
        seats.push_back(sessions.enter(std::move(who), [](const std::string&) {}));
    }

    void jump(std::size_t seat, unsigned number, std::string instance)
    {
        channel_entry one;
        one.number = number;
        one.instance = std::move(instance);
        one.target = {make_address("10.0.0.1"), 22};
        seats.at(seat)->opened(std::move(one));
        seats.at(seat)->moved(number, 100, 2000, now);
    }

    std::vector<std::unique_ptr<session_book::seat>> seats;
};

}  // namespace

TEST_CASE("sessions lists one's own", "[console]")
{
    busy_desk desk;
    desk.jump(1, 1, "i-0a");
    desk.jump(1, 2, "i-0b");
    CHECK(desk.text("sessions") ==
          "ID     USER   SOURCE             SINCE                 IDLE   RECEIVED  SENT  TO\n"
          "s-own  alice  203.0.113.9:50123  2026-11-16T11:00:00Z  1 min  0         0     -\n"
          "s-2    alice  203.0.113.9:50123  2026-11-16T11:30:00Z  0 s    200       4000  i-0a:22, i-0b:22\n"
          "This one is s-own.\n");
}

TEST_CASE("of a session's many jumps three are told and the others counted", "[console]")
{
    busy_desk desk;
    for (unsigned number = 1; number <= 5; ++number) desk.jump(0, number, "i-" + std::to_string(number));
    CHECK_THAT(desk.text("sessions"), Contains("  i-1:22, i-2:22, i-3:22 and 2 more\n"));
}

TEST_CASE("admins see the sessions of all", "[console]")
{
    busy_desk desk;
    CHECK_THAT(desk.text("sessions"), !Contains("bob"));
    desk.name = "root";
    CHECK_THAT(desk.text("sessions"), Contains("s-own") && Contains("s-2") && Contains("s-3    bob"));
}

TEST_CASE("kill ends a session of one's own", "[console]")
{
    const busy_desk desk;
    const auto told = desk.ask("kill s-2");
    CHECK(told.exit_status == 0);
    CHECK(told.end_session == "s-2");
    CHECK(told.text == "Session s-2 of alice ends.\n");
}

TEST_CASE("kill ends another's session for admins only, who others have is not betrayed", "[console]")
{
    busy_desk desk;
    const auto theirs = desk.ask("kill s-3");
    CHECK(theirs.exit_status == 1);
    CHECK(theirs.end_session.empty());
    CHECK(theirs.text == "No session of yours is called 's-3'. 'sessions' lists them.\n");
    CHECK(desk.text("kill s-4") == "No session of yours is called 's-4'. 'sessions' lists them.\n");
    CHECK(desk.ask("kill s").end_session.empty());
    desk.name = "root";
    CHECK(desk.ask("kill s-3").end_session == "s-3");
    CHECK(desk.ask("kill s-4").end_session.empty());
}
