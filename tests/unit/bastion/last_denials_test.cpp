#include "bastion/session/last_denials.hpp"

#include <catch2/catch.hpp>

using gatehouse::bastion::last_denials;
using namespace std::chrono_literals;

TEST_CASE("the last denial of a user is told for an hour", "[bastion][last_denials]")
{
    last_denials kept;
    const last_denials::time_point now{};
    kept.remember("alice", "first", now);
    kept.remember("alice", "second", now + 1min);
    CHECK(kept.of("alice", now + 60min) == "second");
    CHECK(kept.of("alice", now + 61min).empty());
    CHECK(kept.of("bob", now).empty());
}

TEST_CASE("of many users the ones that were denied longest ago are forgotten", "[bastion][last_denials]")
{
    last_denials kept;
    const last_denials::time_point now{};
    for (int i = 0; i < 4096; ++i) kept.remember("user" + std::to_string(i), "no", now + std::chrono::milliseconds(i));
    kept.remember("alice", "no", now + 5s);
    CHECK(kept.of("user0", now + 5s).empty());
    CHECK(kept.of("user1", now + 5s) == "no");
    CHECK(kept.of("alice", now + 5s) == "no");
}
