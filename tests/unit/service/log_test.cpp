#include "service/log.hpp"
#include "service/log_line.hpp"
#include "service/text.hpp"
#include "tests/unit/service/scratch.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

namespace gatehouse::service {

namespace {

std::string logged(log::format layout, std::string_view event, log::fields more = {})
{
    std::string lines;
    log out([&lines](std::string_view line) { lines += line; }, layout);
    out.warning(event, more);
    return lines;
}

// What the log for stderr writes there.
std::string on_stderr(const std::function<void()>& before)
{
    const scratch_directory scratch;
    const auto path = scratch.file("stderr");
    in_child([&] {
        REQUIRE(std::freopen(path.c_str(), "w", stderr) != nullptr);
        before();
        log out;
        out.warning("late");
        out.debug("unseen");
        return 0;
    });
    return read_file(path);
}

}  // namespace

TEST_CASE("a logfmt line quotes only what needs it", "[log]")
{
    CHECK(logged(log::format::logfmt, "ready", {{"file", "/etc/a.yaml"}, {"workers", 4}, {"empty", ""}}) ==
          "level=warning event=ready file=/etc/a.yaml workers=4 empty=\"\"\n");
    CHECK(logged(log::format::logfmt, "two words", {{"pair", "a=b"}, {"name", "z\xc3\xbcrich"}}) ==
          "level=warning event=\"two words\" pair=\"a=b\" name=z\xc3\xbcrich\n");
}

TEST_CASE("no value can forge a line, a key or a terminal escape", "[log]")
{
    CHECK(logged(log::format::logfmt, "x", {{"v", "a\nlevel=error event=forged"}}) ==
          "level=warning event=x v=\"a\\nlevel=error event=forged\"\n");
    CHECK(logged(log::format::logfmt, "x", {{"v", "\"quoted\" \\"}}) ==
          "level=warning event=x v=\"\\\"quoted\\\" \\\\\"\n");
    CHECK(logged(log::format::logfmt, "x", {{"v", "\x1b[31m\r\t\x7f"}}) ==
          "level=warning event=x v=\"\\u001b[31m\\r\\t\\u007f\"\n");
    CHECK(logged(log::format::logfmt, "x",
                 {{"v", "\xc2\x9b"
                        "31m\xe2\x80\xa8"}}) == "level=warning event=x v=\"\\u009b31m\\u2028\"\n");
    CHECK(logged(log::format::logfmt, "x", {{"v", std::string_view("a\0b", 3)}}) ==
          "level=warning event=x v=\"a\\u0000b\"\n");
}

TEST_CASE("what is not UTF-8 is replaced", "[log]")
{
    const auto escaped = [](std::string_view text) {
        std::string result;
        append_escaped(result, text);
        return result;
    };
    const std::string replacement = "\xef\xbf\xbd";
    CHECK(escaped("\xff"
                  "a") == replacement + "a");
    CHECK(escaped("\xc3") == replacement);
    CHECK(escaped("\xc0\xaf") == replacement + replacement);                    // overlong
    CHECK(escaped("\xed\xa0\x80") == replacement + replacement + replacement);  // surrogate
    CHECK(escaped("\xf4\x90\x80\x80").find('\xf4') == std::string::npos);       // beyond U+10FFFF
    CHECK(escaped("\xf0\x9f\x9a\xaa") == "\xf0\x9f\x9a\xaa");
}

TEST_CASE("a JSON line shows numbers as numbers", "[log]")
{
    CHECK(logged(log::format::json, "two words",
                 {{"count", -3}, {"size", std::uint64_t{5}}, {"text", "5\n\""}}) ==
          "{\"level\":\"warning\",\"event\":\"two words\",\"count\":-3,\"size\":5,\"text\":\"5\\n\\\"\"}\n");
}

TEST_CASE("the time of a line is RFC 3339 in UTC with milliseconds", "[log]")
{
    using namespace std::chrono;
    const auto when = sys_days(2026y / 2 / 3) + 4h + 5min + 6s + 7ms + 900us;
    CHECK(rfc3339(time_point_cast<system_clock::duration>(when)) == "2026-02-03T04:05:06.007Z");
    CHECK(log_line(log::format::json, time_point_cast<system_clock::duration>(when), log::level::info, "x",
                   {}) == "{\"time\":\"2026-02-03T04:05:06.007Z\",\"level\":\"info\",\"event\":\"x\"}\n");
    CHECK(rfc3339(system_clock::time_point(-1ms)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("a level below the least one is not written", "[log]")
{
    std::string lines;
    log out([&lines](std::string_view line) { lines += line; }, log::format::logfmt, log::level::warning);
    out.debug("a");
    out.info("b");
    out.warning("c");
    out.error("d");
    CHECK(lines == "level=warning event=c\nlevel=error event=d\n");
}

TEST_CASE("the log for stderr writes the time first", "[log]")
{
    const auto line = on_stderr([] { ::unsetenv("JOURNAL_STREAM"); });
    CHECK(line.substr(0, 7) == "time=20");
    CHECK(line.ends_with("Z level=warning event=late\n"));
}

TEST_CASE("a line for the journal starts with its priority", "[log]")
{
    const auto line = on_stderr([] {
        struct stat what {};
        ::fstat(STDERR_FILENO, &what);
        ::setenv("JOURNAL_STREAM", (std::to_string(what.st_dev) + ':' + std::to_string(what.st_ino)).c_str(),
                 1);
    });
    CHECK(line.substr(0, 8) == "<4>time=");
}

TEST_CASE("names of formats and levels are those of the command line", "[log]")
{
    CHECK(log_format("json") == log::format::json);
    CHECK_FALSE(log_format("JSON"));
    CHECK(log_level("debug") == log::level::debug);
    CHECK(log_level("error") == log::level::error);
    CHECK_FALSE(log_level("warn"));
}

}  // namespace gatehouse::service
