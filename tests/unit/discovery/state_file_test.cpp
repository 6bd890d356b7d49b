#include "discovery/state_file.hpp"

#include "tests/unit/discovery/stage.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace gatehouse::discovery;
using namespace std::chrono_literals;

namespace {

remembered_groups two_members()
{
    member plain, full;
    plain.id = "10.0.0.1";
    plain.address = stage::ip("10.0.0.1");
    full.id = "b";
    full.address = stage::ip("fd00::1");
    full.zone = "eu-west-2a";
    full.name = "two \"quoted\"\n";
    full.port = 65535;
    full.state = lifecycle::terminating;
    group_snapshot known{"old", {plain, full}, std::chrono::system_clock::time_point(1700000000s)};
    return {{"old", {"dns:old.example", std::make_shared<const group_snapshot>(known)}}};
}

std::string text_of(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("a saved inventory is loaded as it was", "[discovery][state]")
{
    stage::scratch_directory place;
    stage::recorded_log out;
    state_file file(place.path(), "inventory.json", out.log);
    CHECK(file.load().empty());  // none yet
    file.save(two_members());
    const auto loaded = file.load();
    REQUIRE(loaded.size() == 1);
    const auto& [source, snapshot] = loaded.at("old");
    const auto saved = two_members().at("old");
    CHECK(source == "dns:old.example");
    CHECK(snapshot->group == "old");
    CHECK(snapshot->members == saved.snapshot->members);
    CHECK(snapshot->as_of == saved.snapshot->as_of);
    CHECK(out.lines.empty());
    CHECK_FALSE(std::filesystem::exists(place.file("inventory.json.tmp")));
}

TEST_CASE("the format of the file is stable", "[discovery][state]")
{
    CHECK(
        write_remembered(two_members()) ==
        R"({"version":1,"groups":[{"name":"old","source":"dns:old.example","as_of":1700000000,"members":[)"
        R"({"id":"10.0.0.1","address":"10.0.0.1","zone":"","name":"","state":"in_service"},)"
        R"({"id":"b","address":"fd00::1","zone":"eu-west-2a","name":"two \"quoted\"\n",)"
        R"("state":"terminating","port":65535}]}]})"
        "\n");
}

TEST_CASE("a damaged inventory is set aside with a warning that names it", "[discovery][state]")
{
    const auto whole = write_remembered(two_members());
    const auto with = [&](const std::string& from, const std::string& to) {
        auto text = whole;
        return text.replace(text.find(from), from.size(), to);
    };
    const auto damaged = GENERATE_COPY(
        std::string(), std::string("\0\0\0", 3), whole.substr(0, whole.size() / 2), std::string("[]"),
        std::string("{}"), with("\"version\":1", "\"version\":2"), with("fd00::1", "nowhere"),
        with("65535", "65536"), with("in_service", "asleep"), with("1700000000", "\"today\""));
    stage::scratch_directory place;
    stage::recorded_log out;
    place.write("inventory.json", damaged);
    state_file file(place.path(), "inventory.json", out.log);
    CHECK(file.load().empty());
    CHECK_FALSE(std::filesystem::exists(place.file("inventory.json")));
    CHECK(text_of(place.file("inventory.json.damaged")) == damaged);
    REQUIRE(out.lines.size() == 1);
    CHECK(out.lines[0].find("level=warning") != std::string::npos);
    CHECK(out.lines[0].find(place.file("inventory.json.damaged")) != std::string::npos);
}

TEST_CASE("a directory that cannot be written is logged once and does not matter", "[discovery][state]")
{
    stage::scratch_directory place;
    stage::recorded_log out;
    state_file file(place.file("missing"), "inventory.json", out.log);
    file.save(two_members());
    file.save(two_members());
    CHECK(out.lines.size() == 1);
    std::filesystem::create_directory(place.file("missing"));
    file.save(two_members());
    CHECK(file.load().size() == 1);
    std::filesystem::remove_all(place.file("missing"));
    file.save(two_members());
    CHECK(out.lines.size() == 2);
}
