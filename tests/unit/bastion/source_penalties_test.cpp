#include "bastion/limits/source_penalties.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

using namespace gatehouse;
using namespace gatehouse::bastion;
using namespace std::chrono_literals;

namespace {

const source_penalties::time_point now{100h};

boost::asio::ip::address from(const char* text)
{
    return boost::asio::ip::make_address(text);
}

// Seconds, rounded up; 0 = heard.
long long refused_for(source_penalties& penalties, const char* source, source_penalties::time_point when = now)
{
    const auto left = penalties.refused_for(from(source), when);
    return left ? std::chrono::ceil<std::chrono::seconds>(*left).count() : 0;
}

void fail_logins(source_penalties& penalties, const char* source, int times, source_penalties::time_point when = now)
{
    for (int i = 0; i < times; ++i) penalties.penalise(from(source), offence::failed_login, when);
}

constexpr const char* mallory = "203.0.113.9";

}  // namespace

TEST_CASE("nobody is refused before penalties add up to 15 seconds", "[source_penalties]")
{
    source_penalties penalties({});
    CHECK(refused_for(penalties, mallory) == 0);
    fail_logins(penalties, mallory, 2);
    CHECK(refused_for(penalties, mallory) == 0);
    fail_logins(penalties, mallory, 1);
    CHECK(refused_for(penalties, mallory) == 15);
}

TEST_CASE("each offence has its price", "[source_penalties]")
{
    source_penalties penalties({});
    penalties.penalise(from(mallory), offence::grace_exceeded, now);
    penalties.penalise(from(mallory), offence::no_login, now);
    CHECK(refused_for(penalties, mallory) == 0);
    penalties.penalise(from(mallory), offence::failed_login, now);
    CHECK(refused_for(penalties, mallory) == 16);
}

TEST_CASE("penalties run out, and what is past does not count", "[source_penalties]")
{
    source_penalties penalties({});
    fail_logins(penalties, mallory, 2);
    fail_logins(penalties, mallory, 1, now + 1s);  // 14 s are left
    CHECK(refused_for(penalties, mallory, now + 1s) == 0);
    fail_logins(penalties, mallory, 3, now + 15s);  // the first three are through
    CHECK(refused_for(penalties, mallory, now + 15s) == 15);
    CHECK(refused_for(penalties, mallory, now + 29s) == 1);
    CHECK(refused_for(penalties, mallory, now + 30s) == 0);
}

TEST_CASE("whoever is refused is so until nothing is left", "[source_penalties]")
{
    source_penalties penalties({});
    fail_logins(penalties, mallory, 3);
    CHECK(refused_for(penalties, mallory, now + 14s) == 1);
    penalties.penalise(from(mallory), offence::no_login, now + 14s);
    CHECK(refused_for(penalties, mallory, now + 14s) == 2);
    CHECK(refused_for(penalties, mallory, now + 16s) == 0);
    fail_logins(penalties, mallory, 2, now + 16s);  // and begins anew
    CHECK(refused_for(penalties, mallory, now + 16s) == 0);
}

TEST_CASE("no penalty is longer than ten minutes", "[source_penalties]")
{
    source_penalties penalties({});
    fail_logins(penalties, mallory, 1000);
    CHECK(refused_for(penalties, mallory) == 600);
    fail_logins(penalties, mallory, 1, now + 1s);
    CHECK(refused_for(penalties, mallory, now + 1s) == 600);
}

TEST_CASE("others are not penalised with a source, but for those of its IPv6 /64", "[source_penalties]")
{
    source_penalties penalties({});
    fail_logins(penalties, mallory, 3);
    fail_logins(penalties, "2001:db8::1", 3);
    CHECK(refused_for(penalties, "203.0.113.8") == 0);
    CHECK(refused_for(penalties, "::ffff:203.0.113.9") == 15);
    CHECK(refused_for(penalties, "2001:db8::ffff:1") == 15);
    CHECK(refused_for(penalties, "2001:db8:0:1::1") == 0);
}

TEST_CASE("exempt networks are never penalised", "[source_penalties]")
{
    source_penalties penalties({true, {{"203.0.113.0", 24}}});
    fail_logins(penalties, mallory, 3);
    fail_logins(penalties, "203.0.114.1", 3);
    CHECK(refused_for(penalties, mallory) == 0);
    CHECK(refused_for(penalties, "203.0.114.1") == 15);
    CHECK(penalties.list(now).size() == 1);
}

TEST_CASE("a reload keeps penalties but for those it makes void", "[source_penalties]")
{
    source_penalties penalties({});
    fail_logins(penalties, mallory, 3);
    penalties.configure({true, {{"10.0.0.0", 8}}});
    CHECK(refused_for(penalties, mallory) == 15);
    penalties.configure({true, {{"203.0.113.9", 32}}});
    CHECK(refused_for(penalties, mallory) == 0);
    penalties.configure({false, {}});
    CHECK(refused_for(penalties, mallory) == 0);
    fail_logins(penalties, "203.0.113.1", 3);
    penalties.configure({});
    CHECK(refused_for(penalties, "203.0.113.1") == 0);
    CHECK(refused_for(penalties, mallory) == 15);
}

TEST_CASE("the operator sees penalties and can forgive them", "[source_penalties]")
{
    source_penalties penalties({});
    fail_logins(penalties, "2001:db8::1", 3);
    penalties.penalise(from(mallory), offence::no_login, now);
    const auto all = penalties.list(now);
    REQUIRE(all.size() == 2);
    CHECK(all[0].source == mallory);
    CHECK(all[0].last == offence::no_login);
    CHECK(all[0].left == 1s);
    CHECK_FALSE(all[0].enforced);
    CHECK(all[1].source == "2001:db8::/64");
    CHECK(all[1].enforced);
    CHECK(penalties.list(now + 2s).size() == 1);
    CHECK(penalties.forgive(from("2001:db8::2")));
    CHECK_FALSE(penalties.forgive(from("2001:db8::2")));
    CHECK(refused_for(penalties, "2001:db8::1") == 0);
}

TEST_CASE("more sources than are remembered push out those who have the least to wait", "[source_penalties]")
{
    source_penalties penalties({});
    fail_logins(penalties, mallory, 100);
    for (unsigned i = 0; i < source_penalties::capacity + 100; ++i)
        penalties.penalise(boost::asio::ip::address_v4(0x0a000000 + i), offence::failed_login, now);
    CHECK(penalties.list(now).size() == source_penalties::capacity);
    CHECK(refused_for(penalties, mallory) == 500);
}

TEST_CASE("several threads may penalise and ask", "[source_penalties]")
{
    source_penalties penalties({});
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 25; ++round) {
                fail_logins(penalties, mallory, 1);
                refused_for(penalties, mallory);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(refused_for(penalties, mallory) == 500);
}

TEST_CASE("every offence has a name", "[source_penalties]")
{
    CHECK(to_string(offence::failed_login) == "failed_login");
    CHECK(to_string(offence::no_login) == "no_login");
    CHECK(to_string(offence::grace_exceeded) == "grace_exceeded");
}
