#include "tests/unit/bastion/console_desk.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <ctime>

using namespace gatehouse;
using namespace gatehouse::bastion;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

// The first column of each row below the titles.
std::vector<std::string> instances(const std::string& text)
{
    std::vector<std::string> found;
    for (auto at = text.find('\n'); at + 1 < text.size(); at = text.find('\n', at + 1))
        found.push_back(text.substr(at + 1, text.find(' ', at) - at - 1));
    return found;
}

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("ls shows what the user may reach now, and how", "[console]")
{
    console_desk desk;
    auto& rule = desk.rule("ops", {"web"});
    rule.ports = {2222, 22};
    desk.house["web"] = group("web", {server("i-0a", "::ffff:10.0.0.1", "front"),
                                      server("i-0t", "10.0.0.9", "", discovery::lifecycle::pending)})
                            .second;
    CHECK(desk.text("ls") == "INSTANCE  NAME   ADDRESS   ZONE  GROUP.N  STATE       PORTS\n"
                             "i-0a      front  10.0.0.1  -     web.1    in_service  22,2222\n"
                             "i-0t      -      10.0.0.9  -     web.2    pending     22,2222\n");
    CHECK(desk.ask("ls").exit_status == 0);
}

TEST_CASE("ls asks the policy about each server", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    CHECK(instances(desk.text("ls")) == strings{"i-0a", "i-0b", "i-0c"});  // not the one that is terminating
    desk.settings.rules.front().terminating = true;
    CHECK(instances(desk.text("ls")) == strings{"i-0a", "i-0b", "i-0c", "i-0t"});
    desk.house["web"] = group("web", {server("i-0a", "127.0.0.1"), server("i-0b", "10.0.0.2")}).second;
    CHECK(instances(desk.text("ls")) == strings{"i-0b"});
    desk.settings.rules.front().expires = desk.now;
    CHECK(desk.text("ls") == "You may reach no server now.\n");
}

TEST_CASE("ls tells of the ports of each rule that holds now", "[console]")
{
    console_desk desk;
    desk.rule("one", {"db"});
    desk.rule("two", {"db"}).ports = {443};
    auto& gone = desk.rule("gone", {"db"});
    gone.ports = {23};
    gone.expires = desk.now;
    desk.rule("theirs", {"db"}).groups = {"dba"};
    desk.settings.rules.back().ports = {5432};
    CHECK_THAT(desk.text("ls"), Contains(" 22,443\n"));
}

TEST_CASE("ls shows nothing of groups that the user's rules do not reach", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    desk.rule("dba", {"db"}).groups = {"dba"};
    for (const auto* command : {"ls", "ls i-0d", "ls store", "ls 10.0.2.1", "ls db.1", "ls db", "ls any.db"}) {
        CAPTURE(command);
        CHECK_THAT(desk.text(command), !Contains("10.0.2.1  ") && !Contains("i-0d  ") && !Contains("store  "));
    }
    CHECK(desk.ask("ls i-0d").exit_status == desk.ask("ls i-0x").exit_status);
    CHECK(desk.text("ls i-0d") == "No server that you may reach now is called 'i-0d'. 'why NAME' tells more.\n");
    CHECK(desk.text("ls i-0x") == "No server that you may reach now is called 'i-0x'. 'why NAME' tells more.\n");
}

TEST_CASE("ls NAME shows whom the name may mean, also of a group", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web", "db"});
    desk.house["db"] =
        group("db", {server("i-0d", "10.0.2.1", "front"), server("i-0e", "10.0.2.2", "two words")}).second;
    CHECK(instances(desk.text("ls front")) == strings{"i-0d", "i-0a", "i-0b"});
    CHECK(instances(desk.text("ls   two words ")) == strings{"i-0e"});
    CHECK(instances(desk.text("ls web")) == strings{"i-0a", "i-0b", "i-0c"});
    CHECK(instances(desk.text("ls web.2")) == strings{"i-0b"});
    CHECK(desk.ask("ls i-0t").exit_status == 1);
}

TEST_CASE("ls shows a thousand servers and counts the others", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    std::vector<discovery::member> many;
    for (int at = 0; at < 1234; ++at)
        many.push_back(server("i-" + std::to_string(at),
                              ("10.1." + std::to_string(at / 250) + '.' + std::to_string(at % 250)).c_str()));
    desk.house["web"] = group("web", many).second;
    const auto told = desk.text("ls");
    CHECK(std::ranges::count(told, '\n') == 1 + 1000 + 1);
    CHECK_THAT(told, Catch::EndsWith("\nand 234 more\n"));
}

TEST_CASE("a list of many servers does not ask every rule about each of them", "[console]")
{
    const auto cost = [](int rules, const char* command) {
        console_desk desk;
        std::vector<discovery::member> many;
        for (unsigned i = 0; i < 10'000; ++i) {
            const auto address = boost::asio::ip::address_v4(0x0a010000 + i).to_string();
            many.push_back(server("i-" + std::to_string(100'000 + i), address.c_str(), "same"));
        }
        desk.house["web"] = group("web", std::move(many)).second;
        for (int i = 0; i < rules; ++i) desk.rule("elsewhere", {"web"}).source = {{"198.51.100.0", 24}};
        desk.rule("ops", {"web"});
        const auto before = std::clock();
        CHECK_THAT(desk.text(command), Contains("i-100000") && Contains("and 9000 more"));
        return std::clock() - before;
    };
    for (const auto* command : {"ls", "ls web", "ls same", "why same", "config"}) {
        CAPTURE(command);
        const auto of_few = cost(1, command), of_many = cost(400, command);
        CHECK(of_many / 5 < of_few);  // if each were asked: tens of times as much
    }
}
