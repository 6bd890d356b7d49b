#include "bastion/control/session_hooks.hpp"

#include "tests/unit/discovery/aws/scripted_aws.hpp"

#include <catch2/catch.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <memory>

using namespace gatehouse;
using namespace std::chrono_literals;
using discovery::aws::stage::scripted_aws;

namespace {

// i-1 of web-asg waits to terminate, i-2 serves. This node may have others beside it.
struct house_with_a_leaver {
    house_with_a_leaver()
    {
        at.answer = [](const scripted_aws::call& call) -> discovery::aws::result<std::string> {
            if (call.action != "DescribeLifecycleHooks") return std::string("<ok/>");
            return std::string(
                "<DescribeLifecycleHooksResponse><DescribeLifecycleHooksResult><LifecycleHooks><member><LifecycleHookName>"
                "drain</LifecycleHookName><LifecycleTransition>autoscaling:EC2_INSTANCE_TERMINATING</LifecycleTransition>"
                "<HeartbeatTimeout>90</HeartbeatTimeout></member></LifecycleHooks></DescribeLifecycleHooksResult>"
                "</DescribeLifecycleHooksResponse>");
        };
        settings.lifecycle_hook = "drain";
        settings.imds_endpoint = "http://127.0.0.1:1";  // nobody is there
        discovery::member leaver, other;
        leaver.id = "i-1";
        other.id = "i-2";
        leaver.auto_scaling_group = other.auto_scaling_group = "web-asg";
        leaver.provider_state = "Terminating:Wait";
        other.provider_state = "InService";
        house["web"] =
            std::make_shared<discovery::group_snapshot>(discovery::group_snapshot{"web", {leaver, other}, {}});
    }
    void steps(std::int64_t from_ms, std::int64_t to_ms)
    {
        for (auto now = from_ms; now <= to_ms; now += 1'000) {
            hooks.step(house, book, now);
            loop.restart();
            loop.poll();
        }
    }
    // A session with a channel to this instance, until the returned goes.
    std::unique_ptr<bastion::session_book::seat> session_to(const std::string& instance)
    {
        auto seat = book.enter({}, [](std::string) {});
        bastion::channel_entry channel;
        channel.instance = instance;
        seat->opened(channel);
        return seat;
    }
    auto count(std::string_view action) const
    {
        return std::ranges::count(at.calls, action, &scripted_aws::call::action);
    }

    bastion::session_book book;
    scripted_aws at;
    conf::aws settings;
    discovery::inventory house;
    service::log out{[](std::string_view) {}, service::log::format::logfmt};
    boost::asio::io_context loop;
    bastion::session_hooks hooks{loop.get_executor(), out};
};

}  // namespace

TEST_CASE_METHOD(house_with_a_leaver, "sessions to a terminating instance hold it by heartbeats", "[bastion][hooks]")
{
    hooks.configure(settings, at.ask());
    const auto elsewhere = session_to("i-2");
    auto session = session_to("i-1");
    steps(1'000, 100'000);
    CHECK(count("RecordLifecycleActionHeartbeat") == 3);
    session.reset();
    steps(101'000, 200'000);
    CHECK(count("RecordLifecycleActionHeartbeat") == 3);
    CHECK(count("CompleteLifecycleAction") == 0);  // the sessions of another node may hold it
}

TEST_CASE_METHOD(house_with_a_leaver, "a session that lasts too long is not waited for", "[bastion][hooks]")
{
    hooks.configure(settings, at.ask(), 60s);
    const auto session = session_to("i-1");
    steps(1'000, 91'000);
    CHECK(count("CompleteLifecycleAction") == 0);
    steps(92'000, 93'000);
    CHECK(count("CompleteLifecycleAction") == 1);
}

TEST_CASE_METHOD(house_with_a_leaver, "without a hook or a caller nobody is held", "[bastion][hooks]")
{
    steps(1'000, 3'000);
    hooks.configure(settings, {});
    steps(4'000, 6'000);
    settings.lifecycle_hook.clear();
    hooks.configure(settings, at.ask());
    steps(7'000, 9'000);
    CHECK(at.calls.empty());
}
