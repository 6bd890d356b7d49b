#include "conf/group.hpp"
#include "tests/unit/conf/scratch.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;

namespace {

std::string complaint(const scratch& folder, std::string_view text)
{
    const auto read = load_group_file(folder.write("web.yaml", text));
    CHECK_FALSE(read.members.has_value());
    REQUIRE(read.problems.size() == 1);
    CHECK(read.problems[0].file == folder.path("web.yaml"));
    auto bare = read.problems[0];
    bare.file = "web.yaml";
    return to_string(bare);
}

}  // namespace

TEST_CASE("a group file is a list in the form of instances", "[conf][group_file]")
{
    const scratch folder;
    const auto read =
        load_group_file(folder.write("web.yaml", "- 10.0.0.1\n- { id: b, address: 10.0.0.2, port: 81 }\n"));
    CHECK(read.problems.empty());
    CHECK(read.members == std::vector<instance>{{"10.0.0.1", "10.0.0.1", "", "", std::nullopt},
                                                {"b", "10.0.0.2", "", "", 81}});
    CHECK(load_group_file(folder.write("web.yaml", "[]\n")).members == std::vector<instance>{});
}

TEST_CASE("a group file that says nothing is a mistake, not an empty group", "[conf][group_file]")
{
    const scratch folder;
    CHECK(complaint(folder, "") == "web.yaml:1:1: expected a list, found nothing");
    CHECK(complaint(folder, "instances: [10.0.0.1]\n") == "web.yaml:1:1: expected a list, found a mapping");
}

TEST_CASE("a bad group file is reported like a bad configuration", "[conf][group_file]")
{
    const scratch folder;
    CHECK(complaint(folder, "- 10.0.0.1\n- 10.0.0.1\n") ==
          "web.yaml:2:3: [1]: id '10.0.0.1' is used already, by [0]");
    CHECK(complaint(folder, "- { adress: 10.0.0.1, address: 10.0.0.1 }\n") ==
          "web.yaml:1:5: [0].adress: unknown key, did you mean 'address'?");
    CHECK(complaint(folder, "- [\n") == "web.yaml:2:1: YAML syntax: end of sequence flow not found");
    CHECK(to_string(load_group_file(folder.path("none")).problems.at(0)) ==
          folder.path("none") + ": cannot be read: No such file or directory");
}
