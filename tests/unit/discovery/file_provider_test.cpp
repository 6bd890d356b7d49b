#include "discovery/file_provider.hpp"

#include "tests/unit/discovery/stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>

using namespace gatehouse;
using namespace gatehouse::discovery;
using namespace std::chrono_literals;
using list = std::vector<std::string>;

namespace {

struct followed_file {
    void start()
    {
        provider_setup setup(loop.get_executor(), out.log);
        setup.polled = [this](poll_result how) { polls.push_back(how); };
        setup.file_interval = 2ms;
        source.emplace("batch", conf::file_source{place.file("batch.yaml")}, std::move(setup));
        source->start([this](auto told) { published.push_back(std::move(told)); });
    }
    void write(std::string_view text) { place.write("batch.yaml", text); }
    bool run(std::size_t polled)
    {
        return stage::run_until(loop, [&] { return polls.size() >= polled; });
    }
    std::size_t lines_with(std::string_view text) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(
            out.lines, [&](const std::string& line) { return line.find(text) != std::string::npos; }));
    }

    stage::scratch_directory place;
    boost::asio::io_context loop;
    stage::recorded_log out;
    std::vector<poll_result> polls;
    std::vector<std::shared_ptr<const group_snapshot>> published;
    std::optional<file_provider> source;
};

}  // namespace

TEST_CASE("a group file is read from inside start", "[discovery][file]")
{
    followed_file batch;
    batch.write("- {id: b, address: 10.0.0.2, zone: eu-west-2a, name: two, port: 81}\n- 10.0.0.1\n");
    batch.start();
    REQUIRE(batch.published.size() == 1);
    const auto& group = *batch.published[0];
    CHECK(group.group == "batch");
    CHECK(stage::ids(group) == list{"10.0.0.1", "b"});
    CHECK(group.members[1].address == stage::ip("10.0.0.2"));
    CHECK(group.members[1].zone == "eu-west-2a");
    CHECK(group.members[1].name == "two");
    CHECK(group.members[1].port == 81);
    CHECK(batch.polls == std::vector{poll_result::success});
}

TEST_CASE("a changed group file replaces the members whole", "[discovery][file]")
{
    followed_file batch;
    batch.write("[10.0.0.1, 10.0.0.2]");
    batch.start();
    batch.write("[10.0.0.2, 10.0.0.3, 10.0.0.4]");
    REQUIRE(batch.run(2));
    CHECK(stage::ids(*batch.published.back()) == list{"10.0.0.2", "10.0.0.3", "10.0.0.4"});
}

TEST_CASE("a bad group file keeps the last good members and is logged once", "[discovery][file]")
{
    followed_file batch;
    batch.write("[10.0.0.1]");
    batch.start();
    SECTION("when an entry is wrong")
    {
        batch.write("[10.0.0.1, not-an-address]");
        REQUIRE(batch.run(2));
        CHECK(batch.polls[1] == poll_result::invalid);
        CHECK(batch.lines_with("batch.yaml:1:12") == 1);
    }
    SECTION("when it vanishes")
    {
        std::filesystem::remove(batch.place.file("batch.yaml"));
        REQUIRE(batch.run(2));
        CHECK(batch.polls[1] == poll_result::invalid);
    }
    SECTION("when it lists nobody")
    {
        batch.write("[]");
        REQUIRE(batch.run(2));
        CHECK(batch.polls[1] == poll_result::empty);
    }
    CHECK(batch.published.size() == 1);
    CHECK(batch.lines_with("keeps its last good members") == 1);
    batch.loop.run_for(20ms);  // ten more looks at the same bad file
    CHECK(batch.lines_with("keeps its last good members") == 1);

    batch.write("[10.0.0.7]");
    REQUIRE(batch.run(3));
    CHECK(stage::ids(*batch.published.back()) == list{"10.0.0.7"});
}

TEST_CASE("a group file that is missing at first is read when it appears", "[discovery][file]")
{
    followed_file batch;
    batch.start();
    CHECK(batch.published.empty());
    CHECK(batch.polls == std::vector{poll_result::invalid});
    batch.write("[10.0.0.1]");
    REQUIRE(batch.run(2));
    CHECK(batch.published.size() == 1);
}

TEST_CASE("a file provider that is gone publishes nothing", "[discovery][file]")
{
    followed_file batch;
    batch.write("[10.0.0.1]");
    batch.start();
    batch.source.reset();
    batch.write("[10.0.0.2]");
    batch.loop.run_for(5s);
    CHECK(batch.loop.stopped());
    CHECK(batch.published.size() == 1);
}
