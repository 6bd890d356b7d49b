#include "service/file_stamp.hpp"
#include "service/file_watch.hpp"
#include "tests/unit/service/scratch.hpp"

#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <optional>

namespace gatehouse::service {

using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct fixture {
    // Runs until a report arrives; empty when none does within `patience`.
    std::vector<std::string> next_report(std::chrono::milliseconds patience = 10s)
    {
        reports.clear();
        const auto until = std::chrono::steady_clock::now() + patience;
        loop.restart();
        while (reports.empty() && loop.run_one_until(until) > 0) {
        }
        return reports.empty() ? std::vector<std::string>() : reports.front();
    }
    void watch(std::vector<std::string> paths)
    {
        watcher->watch(std::move(paths), [this](const auto& changed) { reports.push_back(changed); });
    }

    scratch_directory scratch;
    asio::io_context loop;
    std::optional<file_watch> watcher{std::in_place, loop.get_executor(), 1ms};
    std::vector<std::vector<std::string>> reports;
    std::string a = scratch.file("a"), b = scratch.file("b");
};

file_stamp version(std::int64_t number)
{
    return {1, 1, 1, number, number};
}

}  // namespace

TEST_CASE("a change settles once it looks the same twice", "[file_watch]")
{
    change_detector detector(version(1));
    CHECK_FALSE(detector.observe(version(1)));
    CHECK_FALSE(detector.observe(version(2)));
    CHECK_FALSE(detector.observe(version(3)));  // still being written
    CHECK(detector.observe(version(3)));
    CHECK_FALSE(detector.observe(version(3)));
}

TEST_CASE("a file that changes and changes back did not change", "[file_watch]")
{
    change_detector detector(version(1));
    CHECK_FALSE(detector.observe(std::nullopt));  // the moment between unlink and create
    CHECK_FALSE(detector.observe(version(1)));
    CHECK_FALSE(detector.observe(version(1)));
}

TEST_CASE("a file that vanishes and one that appears are changes", "[file_watch]")
{
    change_detector detector(version(1));
    detector.observe(std::nullopt);
    CHECK(detector.observe(std::nullopt));
    detector.observe(version(1));
    CHECK(detector.observe(version(1)));
}

TEST_CASE_METHOD(fixture, "the watch reports the files that changed and no others", "[file_watch]")
{
    write_file(a, "one");
    write_file(b, "one");
    watch({a, b});
    write_file(b, "three");
    CHECK(next_report() == std::vector<std::string>{b});
    CHECK(next_report(20ms).empty());
}

TEST_CASE_METHOD(fixture, "the watch sees a rename over the file, even of equal size and time",
                 "[file_watch]")
{
    write_file(a, "one");
    watch({a});
    write_file(b, "two");
    std::filesystem::last_write_time(b, std::filesystem::last_write_time(a));
    std::filesystem::rename(b, a);
    CHECK(next_report() == std::vector<std::string>{a});
}

TEST_CASE_METHOD(fixture, "the watch sees a file become readable", "[file_watch]")
{
    write_file(a, "1");
    watch({a});
    CHECK(next_report(20ms).empty());
    REQUIRE(::chmod(a.c_str(), 0400) == 0);
    CHECK(next_report() == std::vector{a});
}

TEST_CASE_METHOD(fixture, "the watch follows a symbolic link that is swapped", "[file_watch]")
{
    write_file(scratch.file("1"), "one");
    write_file(scratch.file("2"), "two");
    std::filesystem::create_symlink("1", a);
    watch({a});
    std::filesystem::create_symlink("2", b);
    std::filesystem::rename(b, a);
    CHECK(next_report() == std::vector<std::string>{a});
}

TEST_CASE_METHOD(fixture, "a file that is missing is reported when it appears", "[file_watch]")
{
    watch({a});
    write_file(a, "here");
    CHECK(next_report() == std::vector<std::string>{a});
    std::filesystem::remove(a);
    CHECK(next_report() == std::vector<std::string>{a});
}

TEST_CASE_METHOD(fixture, "a change between two calls of watch is not lost", "[file_watch]")
{
    write_file(a, "one");
    watch({a});
    write_file(a, "other");
    watch({a, b});
    CHECK(next_report() == std::vector<std::string>{a});
}

TEST_CASE_METHOD(fixture, "a report may replace what is watched, or destroy the watch", "[file_watch]")
{
    write_file(a, "one");
    int called = 0;
    watcher->watch({a}, [&](const auto&) {
        ++called;
        watch({b});
    });
    write_file(a, "other");
    write_file(b, "one");
    while (called == 0 && loop.run_one_for(10s) > 0) {
    }
    write_file(b, "other");
    CHECK(next_report() == std::vector<std::string>{b});
    watcher->watch({b}, [&](const auto&) {
        ++called;
        watcher.reset();
    });
    write_file(b, "once more");
    loop.restart();
    loop.run_for(10s);  // ends at once when nothing waits any more
    CHECK(called == 2);
    CHECK(loop.stopped());
}

}  // namespace gatehouse::service
