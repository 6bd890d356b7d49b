#include "discovery/aws/replacement_duty.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::discovery::aws;
using namespace std::chrono_literals;

namespace {

using ids = std::vector<std::string>;

// `count` instances, the first `dead` of which fail.
std::vector<replacement_duty::instance> fleet(int count, int dead)
{
    std::vector<replacement_duty::instance> all;
    for (int i = 0; i < count; ++i) all.push_back({"i-" + std::to_string(i), i >= dead});
    return all;
}

conf::set_instance_health on(unsigned share = 25)
{
    return {.enabled = true, .max_share = share, .interval = 60s, .dry_run = false};
}

}  // namespace

TEST_CASE("a failing instance is reported once per interval", "[aws][replacement]")
{
    replacement_duty duty(on());
    CHECK(duty.observe(fleet(4, 1), 0).report == ids{"i-0"});
    CHECK(duty.observe(fleet(4, 1), 59'999).report.empty());
    CHECK(duty.observe(fleet(4, 1), 60'000).report == ids{"i-0"});
    CHECK(duty.observe(fleet(4, 0), 500'000).report.empty());
}

TEST_CASE("no more than the share of a group is reported in an interval", "[aws][replacement]")
{
    replacement_duty duty(on(20));
    CHECK(duty.observe(fleet(10, 5), 0).report == ids{"i-0", "i-1"});
    CHECK(duty.observe(fleet(10, 5), 30'000).report.empty());
    CHECK(duty.observe(fleet(10, 5), 60'000).report == ids{"i-0", "i-1"});
}

TEST_CASE("a share below one instance is one instance", "[aws][replacement]")
{
    replacement_duty duty(on(1));
    CHECK(duty.observe(fleet(5, 2), 0).report == ids{"i-0"});
}

TEST_CASE("nobody is reported while more than half of the group looks dead", "[aws][replacement]")
{
    replacement_duty duty(on(100));
    CHECK(duty.observe(fleet(4, 2), 0).report.size() == 2);
    const auto most = duty.observe(fleet(4, 3), 60'000);
    CHECK(most.report.empty());
    CHECK(most.too_many);
    CHECK(duty.observe(fleet(1, 1), 60'000).too_many);
    CHECK_FALSE(duty.observe({}, 60'000).too_many);
}

TEST_CASE("switched off it reports nobody", "[aws][replacement]")
{
    replacement_duty duty({});
    CHECK(duty.observe(fleet(4, 1), 0).report.empty());
}
