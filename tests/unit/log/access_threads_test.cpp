#include "lb/log/access_log.hpp"

#include "tests/unit/log/sample_record.hpp"
#include "tests/support/scratch_dir.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

using namespace gatehouse;
using namespace gatehouse::lb;
using gatehouse::test::content;
using gatehouse::test::scratch_dir;

TEST_CASE("workers log while the file is changed, and every line is whole and accounted for",
          "[log][threads]")
{
    const scratch_dir dir;
    service::log operational([](std::string_view) {}, service::log::format::logfmt);
    constexpr unsigned workers = 3;
    constexpr std::uint64_t each = 20'000;
    std::atomic<std::uint64_t> accepted{0};
    std::uint64_t dropped = 0;
    {
        access_log log(workers, operational, 1 << 16);
        log.write_to(conf::access_log{dir / "a.log", conf::access_log::format::json});
        std::atomic<unsigned> running{workers};
        std::vector<std::thread> threads;
        for (unsigned worker = 0; worker < workers; ++worker)
            threads.emplace_back([&, worker] {
                for (std::uint64_t at = 0; at < each; ++at)
                    if (log.of(worker).push(sample_record())) ++accepted;
                --running;
            });
        for (bool second = true; running.load() != 0; second = !second) {
            log.write_to(
                conf::access_log{dir / (second ? "b.log" : "a.log"), conf::access_log::format::json});
            dropped = log.dropped();
        }
        for (auto& thread : threads) thread.join();
        dropped = log.dropped();
    }
    CHECK(accepted + dropped == workers * each);
    const auto written = content(dir / "a.log") + content(dir / "b.log");
    const auto line = line_of(put_json_line, sample_record());
    REQUIRE(written.size() == accepted * line.size());
    bool whole = true;
    for (std::size_t at = 0; at < written.size(); at += line.size())
        whole = whole && written.compare(at, line.size(), line) == 0;
    CHECK(whole);
}
