#include "lb/log/record_ring.hpp"

#include "tests/unit/log/sample_record.hpp"

#include <catch2/catch.hpp>
#include <ctime>
#include <string>

using namespace gatehouse::lb;

namespace {

constexpr int rounds = 200'000;

// Of this thread, so that what else runs on the machine is left out.
double cpu_nanoseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <class Work>
double nanoseconds_each(Work&& work)
{
    const auto start = cpu_nanoseconds();
    for (int round = 0; round < rounds; ++round) work();
    return (cpu_nanoseconds() - start) / rounds;
}

}  // namespace

// Hidden: a measurement, for an optimised build. `unit_log [.speed]` runs it.
TEST_CASE("what a logged request costs, in nanoseconds of CPU", "[.speed]")
{
    auto record = sample_record();
    record.user_agent =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36";
    record.redirect_url = {};
    record.error_reason = refusal::none;
    record.desync = {};
    std::string line(line_bound(record), '\0');
    char* volatile end = nullptr;
    WARN("alb line: " << nanoseconds_each([&] { end = put_alb_line(line.data(), record); }));
    WARN("json line: " << nanoseconds_each([&] { end = put_json_line(line.data(), record); }));
    record_ring ring(1 << 20);
    bool room = true;
    WARN("push and take out: " << nanoseconds_each([&] {
             room = ring.push(record) && room;
             ring.drain([&](const access_record& out) { end = line.data() + out.attempts; });
         }));
    double pushing = 0;
    for (int batch = 0; batch < 200; ++batch) {
        const auto start = cpu_nanoseconds();
        for (int at = 0; at < 1000; ++at) room = ring.push(record) && room;
        pushing += cpu_nanoseconds() - start;
        ring.drain([](const access_record&) {});
    }
    WARN("push into a ring that fills up: " << pushing / 200'000);
    CHECK(room);
}
