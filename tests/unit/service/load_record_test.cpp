#include "service/load_record.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <string>

using namespace gatehouse::service;

namespace {

struct fixture {
    prometheus::Registry registry;
    daemon_metrics counters{registry};
    std::string lines;
    gatehouse::service::log out{[this](std::string_view line) { lines += line; }, log::format::logfmt};
    load_record record{counters, out};

    std::string shown() const { return boost::json::serialize(record.status("x.yaml").at("errors")); }
    bool successful() const { return record.status("x.yaml").at("last_reload_successful").as_bool(); }
};

}  // namespace

TEST_CASE("what is wrong with a reload is told until one succeeds", "[service][load_record]")
{
    fixture of;
    of.record.served();
    CHECK(of.record.generation() == 1);
    CHECK(of.successful());
    CHECK(of.record.refused({"x.yaml:1:1: no"}).size() == 1);
    CHECK(of.lines.find("x.yaml:1:1: no") != std::string::npos);
    CHECK_FALSE(of.successful());
    CHECK(of.shown() == R"(["x.yaml:1:1: no"])");
    CHECK(of.record.generation() == 1);
    of.record.served();
    of.record.reloaded("x.yaml");
    CHECK(of.successful());
    CHECK(of.shown() == "[]");
    CHECK(of.record.generation() == 2);
}
