#include "service/command_line.hpp"
#include "tests/unit/service/scratch.hpp"

#include <catch2/catch.hpp>

#include <iostream>
#include <vector>

namespace gatehouse::service {

namespace {

struct parsed {
    command_line_result result;
    std::string out, err;
};

parsed parse(std::vector<const char*> arguments)
{
    const captured out(std::cout), err(std::cerr);
    arguments.insert(arguments.begin(), "gatehouse-lb");
    auto result = parse_command_line(static_cast<int>(arguments.size()), arguments.data(), "gatehouse-lb");
    return {std::move(result), out.text(), err.text()};
}

}  // namespace

TEST_CASE("the daemons take their options in both spellings", "[command_line]")
{
    const auto given =
        parse({"--config", "a.yaml", "--ready-file=r.json", "--log-format", "json", "--log-level=debug"});
    REQUIRE(given.result.value);
    CHECK(given.result.value->config == "a.yaml");
    CHECK(given.result.value->ready_file == "r.json");
    CHECK(given.result.value->log_format == "json");
    CHECK(given.result.value->log_level == "debug");
    CHECK((given.out + given.err).empty());
}

TEST_CASE("a usage error is told on stderr with exit code 2", "[command_line]")
{
    const auto refused = [](std::vector<const char*> arguments) {
        const auto given = parse(std::move(arguments));
        CHECK_FALSE(given.result.value);
        CHECK(given.result.exit_code == 2);
        CHECK(given.out.empty());
        return given.err.substr(0, given.err.find('\n'));
    };
    CHECK(refused({}) == "gatehouse-lb: --config is missing");
    CHECK(refused({"--config"}) == "gatehouse-lb: --config needs a value");
    CHECK(refused({"--config="}) == "gatehouse-lb: --config must not be empty");
    CHECK(refused({"--confg", "x"}) == "gatehouse-lb: unknown option '--confg'");
    CHECK(refused({"--config", "a", "b"}) == "gatehouse-lb: unexpected argument 'b'");
    CHECK(refused({"--config=a", "--log-level=loud"}) ==
          "gatehouse-lb: --log-level must be debug, info, warning or error");
    CHECK(refused({"--config=a", "--log-format=xml"}) == "gatehouse-lb: --log-format must be logfmt or json");
}

TEST_CASE("help and version are told on stdout with exit code 0", "[command_line]")
{
    const auto version = parse({"--version"});
    CHECK_FALSE(version.result.value);
    CHECK(version.result.exit_code == 0);
    CHECK(version.out == "gatehouse-lb " GATEHOUSE_VERSION "\n");
    const auto help = parse({"--config", "a", "--help"});
    CHECK(help.result.exit_code == 0);
    CHECK(help.out.starts_with("Usage: gatehouse-lb --config FILE"));
}

}  // namespace gatehouse::service
