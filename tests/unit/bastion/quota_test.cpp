#include "bastion/limits/session_quota.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace gatehouse::bastion;

TEST_CASE("a user has at most as many sessions as allowed", "[session_quota]")
{
    session_quota quota;
    auto first = quota.enter("alice", 2);
    auto second = quota.enter("alice", 2);
    REQUIRE((first && second));
    CHECK_FALSE(quota.enter("alice", 2));
    CHECK(quota.sessions("alice") == 2);
    first.reset();
    CHECK(quota.sessions("alice") == 1);
    CHECK(quota.enter("alice", 2).has_value());
}

TEST_CASE("one user's sessions are not another's", "[session_quota]")
{
    session_quota quota;
    const auto alice = quota.enter("alice", 1);
    const auto bob = quota.enter("bob", 1);
    CHECK(bob.has_value());
    CHECK(quota.sessions("Alice") == 0);
    CHECK(quota.enter("Alice", 1).has_value());
}

TEST_CASE("a limit that a reload lowers lets live sessions be", "[session_quota]")
{
    session_quota quota;
    auto first = quota.enter("alice", 3);
    auto second = quota.enter("alice", 3);
    CHECK_FALSE(quota.enter("alice", 1));
    CHECK(quota.sessions("alice") == 2);
    first.reset();
    CHECK_FALSE(quota.enter("alice", 1));
    second.reset();
    CHECK(quota.enter("alice", 1).has_value());
    CHECK_FALSE(quota.enter("alice", 0));
    CHECK(quota.sessions("alice") == 0);
}

TEST_CASE("passes may change hands", "[session_quota]")
{
    session_quota quota;
    auto alice = quota.enter("alice", 1);
    auto bob = quota.enter("bob", 1);
    *alice = std::move(*bob);
    bob.reset();
    CHECK(quota.sessions("alice") == 0);
    CHECK(quota.sessions("bob") == 1);
    alice.reset();
    CHECK(quota.sessions("bob") == 0);
}

TEST_CASE("sessions of several workers are counted together", "[session_quota]")
{
    session_quota quota;
    std::atomic<int> entered{0};
    std::vector<session_quota::pass> kept[4];
    std::vector<std::thread> threads;
    for (auto& own : kept)
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i) {
                if (auto one = quota.enter("alice", 100)) {
                    own.push_back(std::move(*one));
                    ++entered;
                }
                (void)quota.enter("bob", 1);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(entered == 100);
    CHECK(quota.sessions("alice") == 100);
    CHECK(quota.sessions("bob") == 0);
}
