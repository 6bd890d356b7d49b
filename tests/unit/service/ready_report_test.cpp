#include "service/ready_report.hpp"
#include "tests/unit/service/scratch.hpp"

#include <boost/json/parse.hpp>

#include <catch2/catch.hpp>

#include <iostream>
#include <system_error>

namespace gatehouse::service {

namespace {

const std::vector<opened_socket> two_sockets{{"https", {"127.0.0.1", 40123}}, {"admin", {"::1", 9101}}};

}  // namespace

TEST_CASE("readiness is told line by line on stdout", "[ready]")
{
    const captured out(std::cout);
    report_ready(two_sockets, {});
    CHECK(out.text() == "listening name=https address=127.0.0.1:40123\n"
                        "listening name=admin address=[::1]:9101\n"
                        "ready\n");
}

TEST_CASE("the ready file holds the same as JSON and replaces what was there", "[ready]")
{
    const captured out(std::cout);
    const scratch_directory scratch;
    const auto path = scratch.file("ready.json");
    write_file(path, "left over from the last run");
    report_ready(two_sockets, path);
    CHECK(boost::json::parse(read_file(path)) ==
          boost::json::value({{"ready", true},
                              {"pid", ::getpid()},
                              {"listening",
                               {{{"name", "https"}, {"address", "127.0.0.1:40123"}},
                                {{"name", "admin"}, {"address", "[::1]:9101"}}}}}));
    const auto files = std::filesystem::directory_iterator(std::filesystem::path(path).parent_path());
    CHECK(std::distance(begin(files), end(files)) == 1);
}

TEST_CASE("a ready file that cannot be written is an error that names it", "[ready]")
{
    const captured out(std::cout);
    CHECK_THROWS_WITH(report_ready(two_sockets, "/nonexistent/ready.json"),
                      Catch::Contains("/nonexistent/ready.json") && Catch::Contains("No such file"));
    CHECK(out.text().empty());
}

}  // namespace gatehouse::service
