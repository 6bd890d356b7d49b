#include "service/ctl/invocation.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::service::ctl {

namespace {

const std::vector<option> known{{"--admin", "ADDR:PORT", ""},
                                {"-H", "'NAME: VALUE'", "", option::repeats::yes},
                                {"--json", "", ""},
                                {"--help", "", ""}};

invocation parse(const std::vector<std::string>& arguments, std::size_t operands)
{
    return {arguments, known, operands};
}

}  // namespace

TEST_CASE("options and operands may come in any order", "[ctl]")
{
    const auto asked = parse({"GET", "--admin", "a:1", "-H", "A: 1", "/x", "-H", "B: 2", "--json"}, 2);
    CHECK(asked.operands() == std::vector<std::string>{"GET", "/x"});
    CHECK(asked.value("--admin") == "a:1");
    CHECK(asked.values("-H") == std::vector<std::string>{"A: 1", "B: 2"});
    CHECK(asked.has("--json"));
    CHECK_FALSE(asked.has("--help"));
    CHECK(parse({"--admin=b:2"}, 0).value("--admin") == "b:2");
    CHECK(parse({"--", "--json"}, 1).operands() == std::vector<std::string>{"--json"});
}

TEST_CASE("nothing a command does not take is ignored", "[ctl]")
{
    CHECK_THROWS_WITH(parse({"--jsn"}, 0), "unknown option '--jsn'");
    CHECK_THROWS_WITH(parse({"--json=yes"}, 0), "--json takes no value");
    CHECK_THROWS_WITH(parse({"--admin"}, 0), "--admin needs a value, ADDR:PORT");
    CHECK_THROWS_WITH(parse({"--admin=a:1", "--admin=b:1"}, 0), "--admin was given twice");
    CHECK_THROWS_WITH(parse({"a", "b"}, 1), "unexpected argument 'b'");
    CHECK_THROWS_WITH(parse({}, 1), "an argument is missing");
    CHECK_NOTHROW(parse({"--help"}, 1));
}

}  // namespace gatehouse::service::ctl
