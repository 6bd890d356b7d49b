#include "discovery/aws/group_reader.hpp"

#include "tests/unit/discovery/aws/scripted_aws.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;
using namespace gatehouse::discovery::aws::stage;

namespace {

std::string page_of(const std::string& web_state, const std::string& next = "", const std::string& request = "1")
{
    auto text = groups_xml(group_xml("web", {"i-1", "i-2"}, web_state) + group_xml("api", {"i-3"}), next);
    const std::string end = "</DescribeAutoScalingGroupsResponse>";
    return text.insert(text.size() - end.size(), "<ResponseMetadata><RequestId>" + request + "</RequestId></ResponseMetadata>");
}

page<group_reader::group> read(group_reader& by, const std::string& xml)
{
    auto seen = by.read(xml);
    REQUIRE(seen.has_value());
    return *std::move(seen);
}

}  // namespace

TEST_CASE("a group that is told in the same words is not read again", "[aws][groups]")
{
    group_reader reader;
    const auto before = read(reader, page_of("InService", "token", "1"));
    reader.end_look();
    const auto after = read(reader, page_of("InService", "another token", "2"));
    CHECK(reader.parsed() == 2);
    CHECK(after.items == before.items);  // the same objects
    CHECK(after.next_token == "another token");
    CHECK(after.items[1]->name == "api");
}

TEST_CASE("a group that is told in other words is read, and those beside it are not", "[aws][groups]")
{
    group_reader reader;
    const auto before = read(reader, page_of("InService"));
    reader.end_look();
    const auto after = read(reader, page_of("Terminating:Wait"));
    CHECK(reader.parsed() == 3);
    CHECK(after.items[0]->instances[1].lifecycle_state == "Terminating:Wait");
    CHECK(after.items[1] == before.items[1]);
}

TEST_CASE("a group that one look did not have is forgotten", "[aws][groups]")
{
    group_reader reader;
    read(reader, page_of("InService"));
    reader.end_look();
    read(reader, groups_xml(group_xml("api", {"i-3"})));
    reader.end_look();
    read(reader, page_of("InService"));
    CHECK(reader.parsed() == 3);  // two, none, web again
}

TEST_CASE("nothing is believed of a page that is cut, whatever was read before", "[aws][groups]")
{
    group_reader reader;
    const auto whole = page_of("InService");
    for (int again = 0; again < 2; ++again) {
        for (std::size_t size = 0; size < whole.size(); ++size) REQUIRE(reader.read(whole.substr(0, size)).has_error());
        CHECK(read(reader, whole).items.size() == 2);
    }
}

TEST_CASE("a page is read as it was without a memory", "[aws][groups]")
{
    const auto broken = groups_xml("<member><AutoScalingGroupName>web</AutoScalingGroupName></member>");
    const auto hidden = groups_xml(group_xml("web", {"i-1"}) + "<!-- " + group_xml("api", {"i-3"}) + " -->");
    const auto quoted = groups_xml(group_xml("web", {"i-1"}, "<![CDATA[</member></AutoScalingGroups>]]>"));
    for (const auto& text : {broken, hidden, quoted, groups_xml(""), std::string("<html/>"), std::string(9, '\0')}) {
        group_reader reader;
        for (int again = 0; again < 2; ++again, reader.end_look()) {
            const auto seen = reader.read(text);
            const auto plain = describe_auto_scaling_groups(text);
            REQUIRE(seen.has_value() == plain.has_value());
            if (!plain) {
                CHECK(seen.error().message == plain.error().message);
                continue;
            }
            REQUIRE(seen->items.size() == plain->items.size());
            for (std::size_t i = 0; i < plain->items.size(); ++i) {
                CHECK(seen->items[i]->name == plain->items[i].name);
                CHECK(seen->items[i]->instances[0].lifecycle_state == plain->items[i].instances[0].lifecycle_state);
            }
        }
    }
}
