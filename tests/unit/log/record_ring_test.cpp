#include "lb/log/record_ring.hpp"

#include "lb/log/record_texts.hpp"
#include "tests/unit/log/sample_record.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace gatehouse::lb;

namespace {

std::vector<std::string> drained(record_ring& ring)
{
    std::vector<std::string> lines;
    ring.drain([&](const access_record& record) { lines.push_back(line_of(put_json_line, record)); });
    return lines;
}

}  // namespace

TEST_CASE("a record comes out of the ring as it went in", "[log][ring]")
{
    record_ring ring(4096);
    REQUIRE(ring.push(sample_record()));
    REQUIRE(ring.push(access_record{}));
    const auto lines = drained(ring);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] == line_of(put_json_line, sample_record()));
    CHECK(lines[1] == line_of(put_json_line, access_record{}));
    CHECK(drained(ring).empty());
}

TEST_CASE("the listener's address and the fields only ALB's format shows come out too", "[log][ring]")
{
    record_ring ring(4096);
    auto record = sample_record();
    record.authority = {};
    REQUIRE(ring.push(record));
    std::string line;
    ring.drain([&](const access_record& out) { line = line_of(put_alb_line, out); });
    CHECK(line == line_of(put_alb_line, record));
}

TEST_CASE("the ring keeps its own copy of the texts", "[log][ring]")
{
    record_ring ring(4096);
    std::string agent = "before";
    access_record record;
    record.user_agent = agent;
    REQUIRE(ring.push(record));
    agent = "after!";
    std::string seen;
    ring.drain([&](const access_record& out) { seen = out.user_agent; });
    CHECK(seen == "before");
}

TEST_CASE("long texts are cut, each to its limit", "[log][ring]")
{
    record_ring ring(1 << 17);
    const std::string endless(100'000, 'x');
    access_record record;
    for (const auto& text : record_texts) record.*text.member = endless;
    REQUIRE(ring.push(record));
    ring.drain([&](const access_record& out) {
        for (const auto& text : record_texts) CHECK((out.*text.member).size() == text.limit);
        CHECK(out.target.size() == 8192);
        CHECK(out.user_agent.size() == 8192);
    });
}

TEST_CASE("a full ring refuses the next record and takes it once there is room", "[log][ring]")
{
    record_ring ring(4096);
    std::size_t fitting = 0;
    while (ring.push(sample_record())) ++fitting;
    CHECK(fitting >= 4);
    CHECK_FALSE(ring.push(sample_record()));
    CHECK(drained(ring).size() == fitting);
    CHECK(ring.push(sample_record()));
    CHECK(drained(ring).size() == 1);
}

TEST_CASE("records of every size survive the ring's end", "[log][ring]")
{
    record_ring ring(4096);
    for (std::size_t length = 0; length < 600; ++length) {
        const std::string agent(length, 'a');
        access_record record;
        record.user_agent = agent;
        record.received_bytes = length;
        REQUIRE(ring.push(record));
        std::size_t seen = 0;
        ring.drain([&](const access_record& out) {
            ++seen;
            CHECK(out.user_agent == agent);
            CHECK(out.received_bytes == length);
        });
        CHECK(seen == 1);
    }
}

TEST_CASE("the ring says when it is half full", "[log][ring]")
{
    record_ring ring(1 << 14);
    const std::string agent(1000, 'a');
    access_record record;
    record.user_agent = agent;
    int pushed = 0;
    while (!ring.half_full()) {
        REQUIRE(ring.push(record));
        ++pushed;
    }
    CHECK(pushed == 8);  // of 16384 / 2, each 1000 and some 130 of fixed part
    drained(ring);
    CHECK_FALSE(ring.half_full());
}

TEST_CASE("two threads pass records in order and lose only what was refused", "[log][ring]")
{
    record_ring ring(4096);
    constexpr std::uint64_t number = 50'000;
    std::uint64_t accepted = 0;
    std::atomic<bool> done{false};
    std::thread producer([&] {
        const std::string agent(90, 'a');
        for (std::uint64_t at = 1; at <= number; ++at) {
            access_record record;
            record.received_bytes = at;
            record.user_agent = std::string_view(agent).substr(0, at % 90);
            while (!ring.push(record)) std::this_thread::yield();
            ++accepted;
        }
        done = true;
    });
    std::uint64_t last = 0;
    bool in_order = true;
    const auto use = [&](const access_record& record) {
        in_order =
            in_order && record.received_bytes == last + 1 && record.user_agent.size() == (last + 1) % 90;
        last = record.received_bytes;
    };
    while (!done.load())
        if (!ring.drain(use)) std::this_thread::yield();
    producer.join();
    ring.drain(use);
    CHECK(in_order);
    CHECK(last == number);
    CHECK(accepted == number);
}
