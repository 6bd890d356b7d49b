#include "service/ctl/table.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::service::ctl {

TEST_CASE("a table aligns its columns by what a screen shows", "[ctl]")
{
    table all({"NAME", "ZONE", "STATE"});
    all.row({"one", "z\xc3\xbcrich", "healthy"});
    all.row({"a-long-name", "b", ""});
    CHECK(all.text() == "NAME         ZONE    STATE\n"
                        "one          z\xc3\xbcrich  healthy\n"
                        "a-long-name  b\n");
}

TEST_CASE("an empty table is empty", "[ctl]")
{
    CHECK(table().text().empty());
}

}  // namespace gatehouse::service::ctl
