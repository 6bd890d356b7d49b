#include "discovery/aws/asg_provider.hpp"

#include "tests/unit/discovery/aws/scripted_aws.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <functional>

using namespace gatehouse;
using namespace gatehouse::discovery;
using namespace gatehouse::discovery::aws;
using namespace gatehouse::discovery::aws::stage;
using namespace std::chrono_literals;

namespace {

using ids = std::vector<std::string>;

// Groups that are followed at AWS as a test tells it.
struct followed {
    followed()
    {
        at.answer = [this](const scripted_aws::call& call) -> result<std::string> {
            if (trouble) return *trouble;
            return call.action == "DescribeInstances" ? instances_xml(living) : groups_xml(group_xml("web", living));
        };
    }
    std::unique_ptr<asg_provider> follow(std::string group, std::vector<std::string> names)
    {
        provider_setup setup(loop.get_executor(), log);
        setup.polled = [this](poll_result how) {
            polls.push_back(how);
            if (in_between) boost::asio::post(loop, in_between);
        };
        setup.now = [this] { return now; };
        auto made = std::make_unique<asg_provider>(std::move(group), conf::asg_source{std::move(names), {}},
                                                   std::move(setup), looks);
        made->start([this](auto told) { published.push_back(std::move(told)); });
        return made;
    }
    void looks_more(std::size_t count)
    {
        const auto enough = polls.size() + count;
        const auto patience = std::chrono::steady_clock::now() + 10s;
        loop.restart();
        while (polls.size() < enough && loop.run_one_until(patience) > 0) {}
        REQUIRE(polls.size() >= enough);
    }
    std::size_t looks_at_whole_list() const
    {
        return static_cast<std::size_t>(std::ranges::count_if(at.calls, [](const scripted_aws::call& one) {
            return one.action == "DescribeInstances" && !one.has("instance-state-name") && !one.has("instance-id");
        }));
    }
    ids last() const
    {
        ids all;
        for (const auto& one : published.back()->members) all.push_back(one.id);
        return all;
    }
    std::size_t lines_with(std::string_view text) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(
            lines, [&](const std::string& one) { return one.find(text) != std::string::npos; }));
    }

    std::vector<std::string> lines;
    service::log log{[this](std::string_view line) { lines.emplace_back(line); }, service::log::format::logfmt};
    boost::asio::io_context loop;
    scripted_aws at;
    ids living{"i-1", "i-2"};
    std::optional<api_error> trouble;
    std::chrono::system_clock::time_point now{1000s};
    std::chrono::steady_clock::time_point uptime{};
    std::vector<poll_result> polls;
    std::function<void()> in_between;  // what else the loop has to do whenever a group was told
    std::vector<std::shared_ptr<const group_snapshot>> published;
    std::shared_ptr<asg_poller> looks = std::make_shared<asg_poller>(
        loop.get_executor(), log, at.ask(), asg_poller::settings{.interval = 1ms, .now = [this] { return uptime; }});
};

ids many(int count)
{
    ids all;
    for (int number = 1; number <= count; ++number) all.push_back("i-" + std::to_string(number));
    return all;
}

}  // namespace

TEST_CASE("a group has the members of its Auto Scaling Group", "[aws][provider]")
{
    followed of;
    const auto web = of.follow("web", {"web"});
    of.looks_more(1);
    REQUIRE(of.published.size() == 1);
    CHECK(of.last() == ids{"i-1", "i-2"});
    CHECK(of.published.back()->as_of == of.now);
    of.living = {"i-1", "i-2", "i-3"};
    of.looks_more(1);
    CHECK(of.last() == ids{"i-1", "i-2", "i-3"});
}

TEST_CASE("groups that begin together are looked at together", "[aws][provider]")
{
    followed of;
    const auto one = of.follow("one", {"web"}), other = of.follow("other", {"web", "spot"});
    of.looks_more(2);
    CHECK(of.at.calls.size() == 2);
}

TEST_CASE("trouble at AWS removes nobody and is told once each way", "[aws][provider]")
{
    followed of;
    const auto web = of.follow("web", {"web"});
    of.looks_more(1);
    of.now += 60s;
    of.trouble = api_error{error_kind::throttled, 400, "Throttling", "Rate exceeded"};
    of.looks_more(20);
    CHECK(of.published.size() == 1);
    CHECK(of.polls.back() == poll_result::throttled);
    CHECK(of.lines_with("AWS does not answer") == 1);
    of.trouble = api_error{error_kind::permission, 403, "AccessDenied", "no"};
    of.looks_more(5);
    CHECK(of.polls.back() == poll_result::denied);
    CHECK(of.lines_with("autoscaling:DescribeAutoScalingGroups") >= 1);
    of.trouble.reset();
    of.looks_more(1);
    CHECK(of.lines_with("AWS answers again") == 1);
    CHECK(of.last() == ids{"i-1", "i-2"});
    CHECK(of.published.back()->as_of == of.now);
}

TEST_CASE("a group that Auto Scaling does not know is told once", "[aws][provider]")
{
    followed of;
    const auto web = of.follow("web", {"web", "webb"});
    of.looks_more(10);
    CHECK(of.polls.back() == poll_result::partial);
    CHECK(of.lines_with("webb") == 1);
    CHECK(of.last() == ids{"i-1", "i-2"});
}

TEST_CASE("who leaves is told nothing any more", "[aws][provider]")
{
    followed of;
    auto one = of.follow("one", {"web"});
    const auto other = of.follow("other", {"web"});
    of.looks_more(2);
    one.reset();
    const auto before = of.polls.size();
    of.looks_more(3);
    CHECK(of.at.calls.size() >= 4);
    CHECK(of.polls.size() == before + 3);
}

TEST_CASE("small groups are told of a look in one turn of the loop", "[aws][provider]")
{
    followed of;
    of.living = many(60);
    const auto one = of.follow("one", {"web"}), two = of.follow("two", {"web"}), three = of.follow("three", {"web"});
    std::vector<std::size_t> told;
    of.in_between = [&] { told.push_back(of.polls.size()); };
    of.looks_more(4);
    CHECK(told == std::vector<std::size_t>{3, 3, 3});
}

TEST_CASE("whatever else the loop has to do takes its turn after every two hundred instances", "[aws][provider]")
{
    followed of;
    of.living = many(150);
    const auto one = of.follow("one", {"web"}), two = of.follow("two", {"web"}), three = of.follow("three", {"web"});
    std::vector<std::size_t> told;
    of.in_between = [&] { told.push_back(of.polls.size()); };
    of.looks_more(3);
    CHECK(told == std::vector<std::size_t>{2, 2});
    CHECK(of.published.size() == 3);
}

TEST_CASE("who leaves between two turns is not told of the rest of a look", "[aws][provider]")
{
    followed of;
    of.living = many(250);
    const auto one = of.follow("one", {"web"});
    auto two = of.follow("two", {"web"});
    of.in_between = [&] { two.reset(); };
    of.looks_more(3);
    CHECK(std::ranges::all_of(of.published, [](const auto& told) { return told->group == "one"; }));
}

TEST_CASE("instances are described anew every five minutes", "[aws][provider]")
{
    followed of;
    const auto web = of.follow("web", {"web"});
    of.looks_more(5);
    CHECK(of.looks_at_whole_list() == 1);
    of.uptime += 5min - 1ms;
    of.looks_more(5);
    CHECK(of.looks_at_whole_list() == 1);
    of.uptime += 1ms;
    of.looks_more(5);
    CHECK(of.looks_at_whole_list() == 2);
}
