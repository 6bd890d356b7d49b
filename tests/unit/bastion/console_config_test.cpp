#include "tests/unit/bastion/console_desk.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <ctime>

using namespace gatehouse;
using namespace gatehouse::bastion;
using Catch::Contains;

namespace {

// Its lines that begin with "Host ".
std::vector<std::string> hosts(const std::string& text)
{
    std::vector<std::string> found;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
        if (text.compare(at, 5, "Host ") == 0) found.push_back(text.substr(at + 5, text.find('\n', at) - at - 5));
    return found;
}

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("config names each server by its id, which no other is given", "[console]")
{
    console_desk desk;
    desk.rule("dba", {"db"});
    desk.reached = {boost::asio::ip::make_address("::ffff:198.51.100.1"), 2222};
    CHECK(desk.text("config") ==
          "# For ~/.ssh/config: what you may reach, as of 2026-11-16T12:00:00Z.\n"
          "# The bastion as it sees itself: behind a load balancer or NAT, put its public name here.\n"
          "Host gatehouse\n  HostName 198.51.100.1\n  Port 2222\n  User alice\n"
          "\nHost i-0d store\n  HostName i-0d\n  HostKeyAlias i-0d\n  ProxyJump gatehouse\n"
          "\n# Instances to come. any.GROUP and GROUP.N mean another server each time: they may stand\n"
          "# here, too, where servers have host certificates.\nHost i-*\n  ProxyJump gatehouse\n");
}

TEST_CASE("config names the bastion as the configuration says it, where it does", "[console]")
{
    console_desk desk;
    desk.settings.public_name = conf::public_name{"bastion.example.com"};
    CHECK_THAT(desk.text("config"), Contains(".\nHost gatehouse\n  HostName bastion.example.com\n  Port 2222\n") &&
                                        !Contains("as it sees itself"));
    desk.settings.public_name->port = 22;
    CHECK_THAT(desk.text("config"), Contains("  HostName bastion.example.com\n  Port 22\n"));
}

TEST_CASE("config has only what the user may reach now", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    desk.rule("dba", {"db"}).groups = {"dba"};
    CHECK(hosts(desk.text("config")) == strings{"gatehouse", "i-0a", "i-0b", "i-0c back", "i-*"});
    desk.settings.rules.front().expires = desk.now;
    CHECK(hosts(desk.text("config")) == strings{"gatehouse"});
}

TEST_CASE("config has a name only where it leads to that very server", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    desk.house["web"] = group("web", {server("i-0a", "10.0.0.1", "i-0b"), server("i-0b", "10.0.0.2", "i-0b"),
                                      server("i-0c", "10.0.0.3", "10.0.0.1")})
                            .second;
    CHECK(hosts(desk.text("config")) == strings{"gatehouse", "i-0a", "i-0b", "i-0c", "i-*"});
}

TEST_CASE("config of many servers of one name is not made of all pairs", "[console]")
{
    const auto cost = [](bool one_name) {
        console_desk desk;
        desk.rule("ops", {"web"});
        std::vector<discovery::member> many;
        for (unsigned i = 0; i < 20'000; ++i) {
            const auto id = std::to_string(100'000 + i);
            const auto address = boost::asio::ip::address_v4(0x0a010000 + i).to_string();
            many.push_back(server("i-" + id, address.c_str(), one_name ? "web" : "web-" + id));
        }
        desk.house["web"] = group("web", std::move(many)).second;
        const auto before = std::clock();
        CHECK(hosts(desk.text("config")).size() == 1002);
        return std::clock() - before;
    };
    const auto of_many = cost(false), of_one = cost(true);
    CHECK(of_one / 5 < of_many);  // of all pairs: twenty times as much
}

TEST_CASE("config leaves out an id that several servers have", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web", "db"});
    desk.house["web"] = group("web", {server("i-0a", "10.0.0.1"), server("i-0b", "10.0.0.2")}).second;
    desk.house["db"] = group("db", {server("i-0a", "10.0.2.1"), server("i-0b", "10.0.0.2")}).second;
    CHECK(hosts(desk.text("config")) == strings{"gatehouse", "i-0b", "i-*"});
}

TEST_CASE("config leaves out names that mean something to ssh", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    for (const auto* name : {"two words", "a*", "?", "!a", "a,b", "%h", "-v", "-oProxyCommand=id", "a\"b", "a'b", "a#b",
                             "$(id)", "a;b", "a\nHost *", "\xc3\xbc", "a\\b", "a=b", "a@b", "a/b"}) {
        CAPTURE(name);
        desk.house["web"] = group("web", {server("i-0a", "10.0.0.1", name)}).second;
        CHECK(hosts(desk.text("config")) == strings{"gatehouse", "i-0a", "i-*"});
        desk.house["web"] = group("web", {server(name, "10.0.0.1")}).second;
        CHECK(hosts(desk.text("config")) == strings{"gatehouse"});
        desk.name = name;
        CHECK_THAT(desk.text("config"), !Contains("User"));
        desk.name = "alice";
    }
}

TEST_CASE("no Name tag takes a host of the internet or the bastion away", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    for (const auto* name : {"github.com", "10.9.9.9", "2001:db8::9", "gatehouse", "web."}) {
        CAPTURE(name);
        desk.house["web"] = group("web", {server("i-0a", "10.0.0.1", name)}).second;
        CHECK(hosts(desk.text("config")) == strings{"gatehouse", "i-0a", "i-*"});
    }
    desk.house["web"] = group("web", {server("gatehouse", "10.0.0.1"), server("id.of-a_file", "10.0.0.2")}).second;
    CHECK(hosts(desk.text("config")) == strings{"gatehouse", "id.of-a_file"});
}

TEST_CASE("config names the port of servers that are not reached at 22", "[console]")
{
    console_desk desk;
    desk.rule("dba", {"db"}).ports = {2222, 2223};
    CHECK_THAT(desk.text("config"), Contains("  HostKeyAlias i-0d\n  Port 2222\n"));
    desk.rule("more", {"db"});
    CHECK_THAT(desk.text("config"), !Contains("i-0d\n  Port"));
}

TEST_CASE("config has a server once though two groups have it, and at most a thousand", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web", "db"});
    std::vector<discovery::member> many;
    for (int at = 0; at < 1100; ++at)
        many.push_back(server("s-" + std::to_string(at),
                              ("10.1." + std::to_string(at / 250) + '.' + std::to_string(at % 250)).c_str()));
    desk.house["web"] = group("web", many).second;
    desk.house["db"] = group("db", many).second;
    const auto told = desk.text("config");
    CHECK(hosts(told).size() == 1 + 1000);  // and no i-*
    CHECK_THAT(told, Catch::EndsWith("\n# and 100 more\n"));
}
