#include "lb/log/access_log.hpp"

#include "tests/unit/log/sample_record.hpp"
#include "tests/support/scratch_dir.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

using namespace gatehouse;
using namespace gatehouse::lb;
using gatehouse::test::content;
using gatehouse::test::scratch_dir;
using layout = conf::access_log::format;

namespace {

// The operational log, kept.
struct kept_log {
    std::mutex mutex;
    std::vector<std::string> kept;
    service::log log{[this](std::string_view line) {
                         const std::lock_guard hold(mutex);
                         kept.emplace_back(line);
                     },
                     service::log::format::logfmt};

    std::size_t count(std::string_view text)
    {
        const std::lock_guard hold(mutex);
        return static_cast<std::size_t>(
            std::ranges::count_if(kept, [&](const auto& line) { return line.find(text) != line.npos; }));
    }
};

const auto json_line = line_of(put_json_line, sample_record());
const auto alb_line = line_of(put_alb_line, sample_record());

}  // namespace

TEST_CASE("an access log that ends has written every record", "[log][access_log]")
{
    const scratch_dir dir;
    kept_log operational;
    {
        access_log log(2, operational.log);
        log.write_to(conf::access_log{dir / "access.log", layout::json});
        CHECK(log.of(0).push(sample_record()));
        CHECK(log.of(1).push(sample_record()));
        CHECK(log.of(0).push(sample_record()));
        CHECK(log.dropped() == 0);
    }
    CHECK(content(dir / "access.log") == json_line + json_line + json_line);
    CHECK(operational.kept.empty());
}

TEST_CASE("queued records go to the old place and later ones to the new", "[log][access_log]")
{
    const scratch_dir dir;
    kept_log operational;
    access_log log(1, operational.log);
    log.write_to(conf::access_log{dir / "old.log", layout::json});
    log.of(0).push(sample_record());
    log.write_to(conf::access_log{dir / "new.log", layout::alb});
    CHECK(content(dir / "old.log") == json_line);
    log.of(0).push(sample_record());
    log.write_to(std::nullopt);
    CHECK(content(dir / "old.log") == json_line);
    CHECK(content(dir / "new.log") == alb_line);
}

TEST_CASE("a log that is off wants no record and drops none", "[log][access_log]")
{
    const scratch_dir dir;
    kept_log operational;
    access_log log(1, operational.log, 4096);
    CHECK_FALSE(log.of(0).wanted());
    for (int at = 0; at < 100; ++at) CHECK(log.of(0).push(sample_record()));
    CHECK(log.dropped() == 0);
    log.write_to(conf::access_log{dir / "access.log", layout::json});
    CHECK(log.of(0).wanted());
    log.write_to(std::nullopt);
    CHECK_FALSE(log.of(0).wanted());
    CHECK(content(dir / "access.log").empty());
}

TEST_CASE("writing to the same path again opens a new file of the same name, as logrotate needs", "[log][access_log]")
{
    const scratch_dir dir;
    kept_log operational;
    access_log log(1, operational.log);
    const conf::access_log there{dir / "access.log", layout::json};
    log.write_to(there);
    log.of(0).push(sample_record());
    std::filesystem::rename(dir / "access.log", dir / "access.log.1");
    log.write_to(there);
    log.of(0).push(sample_record());
    log.of(0).push(sample_record());
    log.write_to(std::nullopt);
    CHECK(content(dir / "access.log.1") == json_line);
    CHECK(content(dir / "access.log") == json_line + json_line);
}

TEST_CASE("a file that cannot be opened changes nothing", "[log][access_log]")
{
    const scratch_dir dir;
    kept_log operational;
    access_log log(1, operational.log);
    log.write_to(conf::access_log{dir / "access.log", layout::json});
    CHECK_THROWS_AS(log.write_to(conf::access_log{dir / "missing/access.log", layout::alb}),
                    std::system_error);
    log.of(0).push(sample_record());
    log.write_to(std::nullopt);
    CHECK(content(dir / "access.log") == json_line);
}

TEST_CASE("a full disk costs its lines, is counted, and is logged when it begins and ends",
          "[log][access_log]")
{
    const scratch_dir dir;
    kept_log operational;
    access_log log(1, operational.log);
    for (int round = 1; round <= 3; ++round) {
        log.write_to(conf::access_log{"/dev/full", layout::json});
        log.of(0).push(sample_record());
        log.of(0).push(sample_record());
        log.write_to(conf::access_log{"/dev/full", layout::json});
        CHECK(log.dropped() == 2u * static_cast<unsigned>(round));
    }
    CHECK(operational.count("level=error") == 1);
    CHECK(operational.count("/dev/full") == 1);
    log.write_to(conf::access_log{dir / "access.log", layout::json});
    log.of(0).push(sample_record());
    log.write_to(std::nullopt);
    CHECK(content(dir / "access.log") == json_line);
    CHECK(operational.count("access log is written again") == 1);
    CHECK(operational.count("lines_lost=6") == 1);
}

TEST_CASE("a reader that went away is a write error, not the end of the process", "[log][access_log]")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const auto before = std::signal(SIGPIPE, SIG_DFL);
    kept_log operational;
    access_log log(1, operational.log);
    log.write_to(conf::access_log{"/proc/self/fd/" + std::to_string(ends[1]), layout::json});
    ::close(ends[0]);
    log.of(0).push(sample_record());
    log.write_to(std::nullopt);
    CHECK(log.dropped() == 1);
    CHECK(operational.count("level=error") == 1);
    ::close(ends[1]);
    std::signal(SIGPIPE, before);
}

TEST_CASE("a line comes by itself, soon after its request", "[log][access_log]")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    kept_log operational;
    access_log log(1, operational.log);
    log.write_to(conf::access_log{"/proc/self/fd/" + std::to_string(ends[1]), layout::json});
    for (int round = 0; round < 2; ++round) {
        log.of(0).push(sample_record());
        std::string line(json_line.size(), '\0');
        REQUIRE(::read(ends[0], line.data(), line.size()) == static_cast<ssize_t>(line.size()));
        CHECK(line == json_line);
    }
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a lane that is half full wakes a writer that sleeps", "[log][access_log]")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    kept_log operational;
    const auto never = std::chrono::milliseconds(std::chrono::hours(1));
    access_log log(1, operational.log, 1 << 16, {never, never});
    log.write_to(conf::access_log{"/proc/self/fd/" + std::to_string(ends[1]), layout::json});
    // Some 470 bytes each: more than half of the lane, less than all of it.
    for (int pushed = 0; pushed < 100; ++pushed) REQUIRE(log.of(0).push(sample_record()));
    std::string lines(json_line.size(), '\0');
    REQUIRE(::read(ends[0], lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()));
    CHECK(lines == json_line);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a full lane drops records, counts them and says so once", "[log][access_log]")
{
    const scratch_dir dir;
    kept_log operational;
    std::size_t pushed = 0;
    std::uint64_t dropped = 0;
    {
        // A pipe nobody reads yet blocks the writer thread, so the lane must fill up.
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        access_log log(1, operational.log, 4096);
        log.write_to(conf::access_log{"/proc/self/fd/" + std::to_string(ends[1]), layout::json});
        while (log.dropped() < 100) pushed += log.of(0).push(sample_record()) ? 1 : 0;
        dropped = log.dropped();
        CHECK(log.of(0).dropped() == dropped);
        std::string sink(1 << 20, '\0');
        ::close(ends[1]);
        std::size_t lines = 0;
        log.write_to(std::nullopt);
        for (;;) {
            const auto got = ::read(ends[0], sink.data(), sink.size());
            if (got <= 0) break;
            lines += static_cast<std::size_t>(std::count(sink.begin(), sink.begin() + got, '\n'));
        }
        CHECK(lines == pushed);
        ::close(ends[0]);
    }
    CHECK(dropped >= 100);
    CHECK(operational.count("access log drops requests") == 1);
}
