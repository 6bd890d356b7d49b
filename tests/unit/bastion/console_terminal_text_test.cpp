#include "bastion/console/terminal_text.hpp"

#include "bastion/console/notices.hpp"
#include "bastion/console/text_table.hpp"
#include "tests/unit/bastion/console_desk.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace gatehouse;
using namespace gatehouse::bastion;

namespace {

// Each of what steers a terminal or turns its direction, and bytes that are no UTF-8.
const std::string hostile = "x\x1b[2J\x07\r\n\x7f\xc2\x9b"
                            "31m\xe2\x80\xae\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9"
                            "\xd8\x9c\xe2\x80\x8b\xef\xbb\xbf\xff\xc3(y";

bool is_safe(const std::string& text)
{
    const auto steers = [](char one) { return (one >= 0 && one < 0x20 && one != '\n') || one == 0x7f; };
    if (std::ranges::any_of(text, steers)) return false;
    for (const auto* bad : {"\xc2\x9b", "\xe2\x80\xae", "\xe2\x80\xaa", "\xe2\x81\xa6", "\xe2\x81\xa9", "\xd8\x9c",
                            "\xe2\x80\x8b", "\xef\xbb\xbf", "\xff", "\xc3("})
        if (text.find(bad) != std::string::npos) return false;
    return true;
}

}  // namespace

TEST_CASE("a name is shown so that it steers no terminal", "[console]")
{
    CHECK(terminal_text(hostile) ==
          "x\\u001b[2J\\u0007\\r\\n\\u007f\\u009b31m\\u202e\\u202a\\u2066\\u2069\\u061c\\u200b\\ufeff"
          "\xef\xbf\xbd\xef\xbf\xbd(y");
    for (const auto* plain : {"web 1, W\xc3\xbcrzburg \xe6\x9d\xb1 \xf0\x9f\x98\x80",
                              "\xe2\x80\x94\xe2\x82\xac"})  // a dash and the euro, near the bad ones
        CHECK(terminal_text(plain) == plain);
    CHECK(terminal_text(std::string(1, '\0')) == "\\u0000");
    CHECK(terminal_text("").empty());
}

TEST_CASE("a long name is cut at a character", "[console]")
{
    CHECK(terminal_text(std::string(1024, 'n')) == std::string(1024, 'n'));
    CHECK(terminal_text(std::string(1025, 'n')) == std::string(1024, 'n') + "...");
    CHECK(terminal_text(std::string(1023, 'n') + "\xc3\xbc") == std::string(1023, 'n') + "...");
    CHECK(terminal_text(std::string(100000, '\xff')).size() <= 3 * 1024 + 3);
}

TEST_CASE("columns are as wide as what is seen in them", "[console]")
{
    text_table table({"A", "B"}, "  ");
    table.add({"W\xc3\xbcrzburg", "1"});
    table.add({"", hostile.substr(0, 2)});
    table.add({std::string(50, 'n'), "2"});
    CHECK(table.text() == "  A" + std::string(39, ' ') + "  B\n  W\xc3\xbcrzburg" + std::string(32, ' ') + "  1\n  -" +
                              std::string(39, ' ') + "  x\\u001b\n  " + std::string(50, 'n') + "  2\n");
}

TEST_CASE("of very many rows a thousand are shown and the others counted", "[console]")
{
    text_table table({"A"});
    CHECK(table.empty());
    for (int row = 0; row < 1003; ++row) table.add({"x"});
    CHECK(std::ranges::count(table.text(), 'x') == 1000);
    CHECK_THAT(table.text(), Catch::EndsWith("\nand 3 more\n"));
    CHECK_FALSE(table.empty());
}

TEST_CASE("whatever is in the inventory, the rules or from clients, no command's answer steers a terminal", "[console]")
{
    console_desk desk;
    const auto named = [](std::string id, const char* address) {
        auto made = server(std::move(id), address, hostile);
        made.zone = hostile;
        return made;
    };
    desk.house[hostile] = group(hostile, {named(hostile + '1', "10.0.0.1"), named(hostile + '2', "10.0.0.2")}).second;
    desk.rule(hostile, {hostile}).users = {hostile};
    desk.rule(hostile + '3', {hostile}).ports = {23};
    desk.user(hostile, {hostile});
    desk.settings.admins = {hostile};
    desk.name = desk.ca = desk.last_denial = hostile;
    desk.permitted = {{hostile, 22}};
    session_entry who;
    who.id = who.user = who.client = who.key = who.key_id = hostile;
    const auto seat = desk.sessions.enter(who, [](const std::string&) {});
    channel_entry channel;
    channel.requested = channel.instance = channel.group = channel.rule = hostile;
    seat->opened(channel);
    const std::vector<std::string> commands{
        "", "whoami", "ls", "ls " + hostile, "ls " + hostile + "1", "ls \x1b[2J", "why " + hostile,
        "why " + hostile + "1", "why " + hostile + "1 99", "why any." + hostile, "why \x1b[2J", "sessions",
        "kill " + hostile, "kill \x1b[2J", "config", "help", hostile, "\x1b]0;title\x07"};
    for (const auto& command : commands) {
        const auto told = desk.text(command);
        CAPTURE(command, told);
        CHECK(is_safe(told));
        CHECK(told.ends_with('\n'));
    }
    // That the hostile ones were shown at all:
    CHECK_THAT(desk.text("ls"), Catch::Contains("\\u202e"));
    CHECK_THAT(desk.text("why " + hostile + "1"), Catch::Contains("\\u202e"));
    CHECK_THAT(desk.text("sessions"), Catch::Contains("\\u202e"));
}
