#include "discovery/aws/xml_pieces.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;

namespace {

using pieces = std::vector<std::string_view>;

std::optional<xml_pieces> apart(std::string_view body) { return take_apart(body, "list", "item"); }

}  // namespace

TEST_CASE("a list is taken apart into its elements, which may hold others of the same name", "[aws][xml]")
{
    const auto found = apart("<a><list>\n <item>1</item>\n<item><b><item/><item>2</item></b></item> </list><next>x</next></a>");
    REQUIRE(found.has_value());
    CHECK(found->frame == "<a><list></list><next>x</next></a>");
    CHECK(found->pieces == pieces{"<item>1</item>", "<item><b><item/><item>2</item></b></item>"});
}

TEST_CASE("a list of nobody has no pieces", "[aws][xml]")
{
    CHECK(apart("<a><list> </list></a>")->pieces.empty());
    CHECK_FALSE(apart("<a><list/></a>").has_value());
}

TEST_CASE("what is not a row of elements for certain is not taken apart", "[aws][xml]")
{
    for (const auto* body : {"<a><list><item>1</item>",                                     // cut
                             "<a><list><item>1</list></a>",                                 // unbalanced
                             "<a><list></item><item></list></a>",                           // likewise
                             "<a><list>text<item>1</item></list></a>",                      // more than elements
                             "<a><list><item>1</item><other/></list></a>",                  //
                             "<a><list><item>1</item><item x='1'>2</item></list></a>",      // unknown to us
                             "<a><!-- <list> --><list><item>1</item></list></a>",           // a list within a comment
                             "</list><list>"})
        CHECK_FALSE(apart(body).has_value());
}
