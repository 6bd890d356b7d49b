#include "discovery/dns_provider.hpp"

#include "tests/unit/discovery/stage.hpp"

#include <catch2/catch.hpp>

#include <optional>

using namespace gatehouse;
using namespace gatehouse::discovery;
using namespace std::chrono_literals;
using boost::system::error_code;
using stage::answer;
using list = std::vector<std::string>;

namespace {

const name_result nobody = error_code(boost::asio::error::host_not_found);
const name_result servfail = error_code(boost::asio::error::host_not_found_try_again);
const name_result timeout = error_code(boost::asio::error::timed_out);

// A provider that follows "old.example" by a script, a millisecond between two lookups.
struct followed_name {
    explicit followed_name(std::vector<name_result> script,
                           std::shared_ptr<const group_snapshot> known = nullptr)
        : names(std::make_shared<stage::scripted_names>(std::move(script)))
    {
        provider_setup setup(loop.get_executor(), out.log);
        setup.names = names;
        setup.last_known = std::move(known);
        setup.polled = [this](poll_result how) { polls.push_back(how); };
        setup.now = [this] { return now += 1s; };
        source.emplace("old", conf::dns_source{"old.example", 1ms}, std::move(setup));
    }
    void run(std::size_t polled)
    {
        if (!started) source->start([this](auto told) { published.push_back(std::move(told)); });
        started = true;
        REQUIRE(stage::run_until(loop, [&] { return polls.size() >= polled; }));
    }

    boost::asio::io_context loop;
    stage::recorded_log out;
    std::shared_ptr<stage::scripted_names> names;
    std::vector<poll_result> polls;
    std::vector<std::shared_ptr<const group_snapshot>> published;
    std::chrono::system_clock::time_point now{};
    bool started = false;
    std::optional<dns_provider> source;
};

std::shared_ptr<const group_snapshot> known_member(const char* address)
{
    member one;
    one.id = address;
    one.address = stage::ip(address);
    return std::make_shared<const group_snapshot>(
        group_snapshot{"old", {one}, std::chrono::system_clock::time_point(1000s)});
}

}  // namespace

TEST_CASE("every address of a name is a member under its own text", "[discovery][dns]")
{
    followed_name old({answer({"10.0.0.2", "fd00::1", "10.0.0.1"})});
    old.run(1);
    REQUIRE(old.published.size() == 1);
    CHECK(old.published[0]->group == "old");
    CHECK(stage::ids(*old.published[0]) == list{"10.0.0.1", "10.0.0.2", "fd00::1"});
    CHECK(old.names->asked == list{"old.example"});
    CHECK(old.out.lines.empty());
}

TEST_CASE("an equal answer is published with a newer time", "[discovery][dns]")
{
    followed_name old({answer({"10.0.0.1"})});
    old.run(2);
    REQUIRE(old.published.size() == 2);
    CHECK(old.published[0]->members == old.published[1]->members);
    CHECK(old.published[0]->as_of < old.published[1]->as_of);
}

TEST_CASE("no failure and no empty answer publishes anything", "[discovery][dns]")
{
    followed_name old({answer({"10.0.0.1"}), nobody, servfail, timeout, answer({}), answer({"10.0.0.1"})});
    old.run(6);
    CHECK(old.polls == std::vector{poll_result::success, poll_result::not_found, poll_result::failed,
                                   poll_result::timeout, poll_result::empty, poll_result::success});
    REQUIRE(old.published.size() == 2);
    CHECK(stage::ids(*old.published[1]) == list{"10.0.0.1"});
}

TEST_CASE("a failing name is logged when it begins, changes and ends", "[discovery][dns]")
{
    followed_name old({answer({"10.0.0.1"}), servfail, servfail, servfail, timeout, answer({"10.0.0.1"})});
    old.run(6);
    REQUIRE(old.out.lines.size() == 3);
    CHECK(old.out.lines[0].find("level=warning") != std::string::npos);
    CHECK(old.out.lines[0].find("group=old name=old.example") != std::string::npos);
    CHECK(old.out.lines[0].find("members=1") != std::string::npos);
    CHECK(old.out.lines[2].find("name resolves again") != std::string::npos);
}

TEST_CASE("a partial answer adds members and keeps the age of what was known", "[discovery][dns]")
{
    followed_name old({answer({"10.0.0.1"}), answer({"10.0.0.2"}, false), answer({"10.0.0.2"}, false)});
    old.run(3);
    REQUIRE(old.published.size() == 2);
    CHECK(stage::ids(*old.published[1]) == list{"10.0.0.1", "10.0.0.2"});
    CHECK(old.published[1]->as_of == old.published[0]->as_of);
}

TEST_CASE("members known from before stay until three answers lacked them", "[discovery][dns]")
{
    followed_name old({servfail, answer({"10.0.0.2"})}, known_member("10.0.0.9"));
    old.run(2);
    REQUIRE(old.published.size() == 1);
    CHECK(stage::ids(*old.published[0]) == list{"10.0.0.2", "10.0.0.9"});
    old.run(4);
    CHECK(stage::ids(*old.published.back()) == list{"10.0.0.2"});
}

TEST_CASE("a provider that is gone publishes nothing and its loop runs dry", "[discovery][dns]")
{
    followed_name old({answer({"10.0.0.1"})});
    SECTION("before its first answer")
    {
        old.source->start([&](auto told) { old.published.push_back(std::move(told)); });
        old.source.reset();
        CHECK(old.loop.run_for(5s) < 20);
        CHECK(old.published.empty());
        CHECK(old.polls.empty());
    }
    SECTION("between two answers")
    {
        old.run(1);
        old.source.reset();
        old.loop.restart();
        old.loop.run_for(5s);
        CHECK(old.loop.stopped());
        CHECK(old.published.size() == 1);
    }
}
