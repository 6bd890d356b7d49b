#include "service/shortage.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <string>

using namespace gatehouse::service;
using namespace std::chrono_literals;

namespace {

const std::string begun = "level=warning event=\"connections cannot be accepted, they wait\" reason=\"Too many open files\"\n",
                  over = "level=info event=\"connections are accepted again\"\n";

struct fixture {
    std::string lines;
    gatehouse::service::log out{[this](std::string_view line) { lines += line; }, log::format::logfmt};
    shortage lack{out};
    shortage::clock::time_point start{1h};

    // What is told from then on while it is met ten times a second.
    std::string met(std::chrono::milliseconds from, std::chrono::milliseconds until)
    {
        lines.clear();
        for (auto at = from; at < until; at += 100ms) {
            lack.met(EMFILE, start + at);
            if (at % 1000ms == 0ms) lack.each_second(start + at);
        }
        return lines;
    }
    std::string quiet(std::chrono::milliseconds from, std::chrono::milliseconds until)
    {
        lines.clear();
        for (auto at = from; at < until; at += 1000ms) lack.each_second(start + at);
        return lines;
    }
};

}  // namespace

TEST_CASE("a shortage is told when it begins and when it is over", "[service][shortage]")
{
    fixture of;
    CHECK(of.quiet(0s, 5s) == "");
    CHECK(of.met(5s, 65s) == begun);
    CHECK(of.quiet(65s, 66s) == "");
    CHECK(of.quiet(66s, 100s) == over);
    CHECK(of.met(100s, 101s) == begun);
    CHECK(of.quiet(101s, 110s) == over);
}

TEST_CASE("a shortage that comes and goes does not fill the log", "[service][shortage]")
{
    fixture of;
    CHECK(of.met(0s, 1s) == begun);
    CHECK(of.quiet(1s, 4s) == over);
    CHECK(of.met(4s, 5s) == "");
    CHECK(of.quiet(5s, 8s) == "");
    CHECK(of.met(8s, 30s) == begun);  // from 10 s on
}
