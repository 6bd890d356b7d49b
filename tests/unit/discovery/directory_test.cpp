#include "discovery/directory.hpp"

#include "tests/unit/discovery/stage.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <optional>

using namespace gatehouse;
using namespace gatehouse::discovery;
using namespace std::chrono_literals;
using list = std::vector<std::string>;

namespace {

// A provider that says what the test tells it to.
class told_provider final : public provider {
public:
    explicit told_provider(provider_setup with) : setup(std::move(with)) {}
    ~told_provider() override
    {
        if (gone) *gone = true;
    }
    void start(publish to) override { tell = std::move(to); }

    provider_setup setup;
    publish tell;
    bool* gone = nullptr;
};

conf::group listed(const std::string& name, std::initializer_list<const char*> addresses)
{
    conf::instances_source source;
    for (const auto* address : addresses) source.members.push_back({"", address, "", "", {}});
    return {name, source};
}

conf::group named(const std::string& group, const std::string& name, conf::duration refresh = 10s)
{
    return {group, conf::dns_source{name, refresh}};
}

// Groups that come from DNS get a told_provider, the others their own.
struct house {
    void open()
    {
        who.emplace(loop, registry, out.log, [this](const conf::group& settings, provider_setup setup) {
            if (!std::holds_alternative<conf::dns_source>(settings.source))
                return make_provider(settings, std::move(setup));
            auto made = std::make_unique<told_provider>(std::move(setup));
            told[settings.name] = made.get();
            ++made_;
            return std::unique_ptr<provider>(std::move(made));
        });
        who->observe([this](const inventory&) { ++changes; });
    }
    void tell(const std::string& group, std::initializer_list<const char*> addresses,
              std::chrono::system_clock::time_point as_of = std::chrono::system_clock::now())
    {
        group_snapshot snapshot{group, {}, as_of};
        for (const auto* address : addresses)
            snapshot.members.push_back(to_member({"", address, "", "", {}}));
        snapshot.members = normalised(std::move(snapshot.members));
        told.at(group)->tell(std::make_shared<const group_snapshot>(std::move(snapshot)));
        if (!held) turn();
    }
    void turn()
    {
        loop.restart();
        loop.poll();
    }
    list members(const std::string& group) const
    {
        const auto found = who->current().find(group);
        return found == who->current().end() ? list{"no such group"} : stage::ids(*found->second);
    }

    boost::asio::io_context loop;
    prometheus::Registry registry;
    stage::recorded_log out;
    std::map<std::string, told_provider*> told;
    int made_ = 0, changes = 0;
    bool held = false;  // what is told waits for turn()
    std::optional<directory> who;
};

double polls(const prometheus::Registry& registry, const std::string& result)
{
    for (const auto& family : registry.Collect())
        for (const auto& one : family.metric)
            for (const auto& label : one.label)
                if (family.name == "gatehouse_discovery_polls_total" && label.value == result)
                    return one.counter.value;
    return 0;
}

double age(const directory& who, const std::string& group)
{
    const auto families = who.metrics()->Collect();
    for (const auto& one : families.at(1).metric)
        if (one.label.at(0).value == group) return one.gauge.value;
    return -1;
}

}  // namespace

TEST_CASE("all groups that are known at once make one change", "[discovery][directory]")
{
    house of;
    of.open();
    of.who->apply({listed("web", {"10.0.0.1"}), listed("api", {"10.0.0.2", "10.0.0.3"})});
    CHECK(of.changes == 1);
    CHECK(of.members("web") == list{"10.0.0.1"});
    CHECK(of.members("api") == list{"10.0.0.2", "10.0.0.3"});
    CHECK(age(*of.who, "web") == 0);
    of.who->apply({listed("web", {"10.0.0.1"}), listed("api", {"10.0.0.2", "10.0.0.3"})});
    CHECK(of.changes == 1);
    of.who->apply({listed("web", {"10.0.0.1"})});
    CHECK(of.changes == 2);
    CHECK(of.members("api") == list{"no such group"});
    CHECK(age(*of.who, "api") == -1);
}

TEST_CASE("an equal answer tells nobody, a change tells what joined and left", "[discovery][directory]")
{
    house of;
    of.open();
    of.who->apply({named("old", "old.example")});
    CHECK(of.members("old") == list{"no such group"});
    of.tell("old", {"10.0.0.1", "10.0.0.2"});
    CHECK(of.changes == 1);
    const auto first = of.who->current().at("old")->as_of;
    of.tell("old", {"10.0.0.1", "10.0.0.2"}, first + 10s);
    CHECK(of.changes == 1);
    CHECK(of.who->current().at("old")->as_of == first + 10s);
    of.tell("old", {"10.0.0.2", "10.0.0.3", "10.0.0.4"});
    CHECK(of.changes == 2);
    REQUIRE(of.out.lines.size() == 2);
    CHECK(of.out.lines[1] == "level=info event=\"group changed\" group=old members=3 joined=2 left=1\n");
}

TEST_CASE("what several groups tell in one turn is one change", "[discovery][directory]")
{
    house of;
    of.open();
    of.who->apply({named("one", "one.example"), named("two", "two.example")});
    of.held = true;
    of.tell("one", {"10.0.0.1"});
    of.tell("two", {"10.0.0.2"});
    CHECK(of.changes == 0);
    of.turn();
    CHECK(of.changes == 1);
    CHECK(of.members("two") == list{"10.0.0.2"});
}

TEST_CASE("what several groups tell in turns that follow one another is one change", "[discovery][directory]")
{
    house of;
    of.open();
    of.who->apply({named("one", "one.example"), named("two", "two.example"), named("three", "three.example")});
    of.held = true;
    of.tell("one", {"10.0.0.1"});
    boost::asio::post(of.loop, [&] {
        of.tell("two", {"10.0.0.2"});
        boost::asio::post(of.loop, [&] { of.tell("three", {"10.0.0.3"}); });
    });
    of.turn();
    CHECK(of.changes == 1);
    CHECK(of.members("three") == list{"10.0.0.3"});
}

TEST_CASE("what was told last is on disk though the daemon ends at once", "[discovery][directory]")
{
    stage::scratch_directory place;
    {
        house before;
        before.open();
        before.who->persist_in(place.path());
        before.who->apply({named("old", "old.example")});
        before.tell("old", {"10.0.0.1"});
        before.held = true;
        before.tell("old", {"10.0.0.2"});
    }
    house after;
    after.open();
    after.who->persist_in(place.path());
    after.who->apply({named("old", "old.example")});
    CHECK(after.members("old") == list{"10.0.0.2"});
}

TEST_CASE("a group keeps its provider until its configuration changes", "[discovery][directory]")
{
    house of;
    of.open();
    of.who->apply({named("old", "old.example")});
    of.tell("old", {"10.0.0.1"});
    of.who->apply({named("old", "old.example"), listed("web", {"10.0.0.9"})});
    CHECK(of.made_ == 1);

    bool gone = false;
    of.told.at("old")->gone = &gone;
    SECTION("to another pace, which takes over what is known")
    {
        of.who->apply({named("old", "old.example", 20s)});
        CHECK(of.made_ == 2);
        REQUIRE(of.told.at("old")->setup.last_known);
        CHECK(stage::ids(*of.told.at("old")->setup.last_known) == list{"10.0.0.1"});
    }
    SECTION("to another name, which starts from nothing and serves the old members till it knows better")
    {
        of.who->apply({named("old", "new.example")});
        CHECK(of.made_ == 2);
        CHECK_FALSE(of.told.at("old")->setup.last_known);
    }
    CHECK(gone);
    CHECK(of.members("old") == list{"10.0.0.1"});
    of.tell("old", {"10.0.0.5"});
    CHECK(of.members("old") == list{"10.0.0.5"});
}

TEST_CASE("polls are counted by provider and result", "[discovery][directory]")
{
    house of;
    of.open();
    of.who->apply({named("old", "old.example")});
    of.told.at("old")->setup.polled(poll_result::timeout);
    of.told.at("old")->setup.polled(poll_result::timeout);
    of.told.at("old")->setup.polled(poll_result::success);
    CHECK(polls(of.registry, "timeout") == 2);
    CHECK(polls(of.registry, "success") == 1);
    CHECK(polls(of.registry, "dns") > 0);
}

TEST_CASE("a restart while DNS is down serves the members of before", "[discovery][directory]")
{
    stage::scratch_directory place;
    const auto then = std::chrono::system_clock::now() - 1h;
    {
        house before;
        before.open();
        before.who->persist_in(place.path());
        before.who->apply({named("old", "old.example"), listed("web", {"10.0.0.9"})});
        before.tell("old", {"10.0.0.1", "10.0.0.2"}, then);
    }
    house after;
    after.open();
    after.who->persist_in(place.path());
    SECTION("as old as they are")
    {
        after.who->apply({named("old", "old.example")});
        CHECK(after.changes == 1);
        CHECK(after.members("old") == list{"10.0.0.1", "10.0.0.2"});
        REQUIRE(after.told.at("old")->setup.last_known);
        CHECK(age(*after.who, "old") == Approx(3600).margin(30));
        after.told.at("old")->setup.polled(poll_result::timeout);
        CHECK(after.members("old") == list{"10.0.0.1", "10.0.0.2"});
        CHECK(age(*after.who, "old") > 3000);
        after.tell("old", {"10.0.0.1"});
        CHECK(age(*after.who, "old") < 30);
    }
    SECTION("but not those of another name")
    {
        after.who->apply({named("old", "new.example")});
        CHECK(after.changes == 0);
        CHECK(after.members("old") == list{"no such group"});
    }
    SECTION("and only what the network told is kept on disk")
    {
        after.who->apply({named("old", "old.example"), listed("web", {"10.0.0.8"})});
        CHECK(after.members("web") == list{"10.0.0.8"});
        CHECK(after.out.lines[0].starts_with(
            "level=info event=\"group serves from its last good inventory\" group=old members=2 age_seconds=36"));
    }
}
