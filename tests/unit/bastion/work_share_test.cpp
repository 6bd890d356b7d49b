#include "bastion/limits/work_share.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::bastion {

using namespace std::chrono_literals;

TEST_CASE("work is done at once when nobody was served just now", "[work_share]")
{
    boost::asio::io_context loop;
    work_share share(loop, 4);
    bool done = false;
    share.run("alice", [&] { done = true; });
    REQUIRE(done);
}

TEST_CASE("after work the worker is left to others for longer than it took", "[work_share]")
{
    boost::asio::io_context loop;
    work_share share(loop, 4);
    const auto began = std::chrono::steady_clock::now();
    share.run("alice", [] { std::this_thread::sleep_for(20ms); });
    bool done = false, others = false;
    share.run("alice", [&] { done = true; });
    REQUIRE_FALSE(done);
    boost::asio::steady_timer turn(loop, 0ms);
    turn.async_wait([&](auto) { others = !done; });
    loop.run();
    REQUIRE(done);
    REQUIRE(others);
    REQUIRE(std::chrono::steady_clock::now() - began >= 100ms);
}

TEST_CASE("users have their turns one after the other, however much one has asked for", "[work_share]")
{
    boost::asio::io_context loop;
    work_share share(loop, 4);
    std::vector<std::string> served;
    const auto ask = [&](const std::string& user) { share.run(user, [&served, user] { served.push_back(user); }); };
    for (int i = 0; i < 4; ++i) ask("mallory");
    ask("alice");
    ask("bob");
    loop.run();
    REQUIRE(served == std::vector<std::string>{"mallory", "alice", "bob", "mallory", "mallory", "mallory"});
}

TEST_CASE("work that asks for more does not have it at once", "[work_share]")
{
    boost::asio::io_context loop;
    work_share share(loop, 4);
    int done = 0;
    share.run("alice", [&] {
        ++done;
        share.run("alice", [&] { ++done; });
    });
    REQUIRE(done == 1);
    loop.run();
    REQUIRE(done == 2);
}

}  // namespace gatehouse::bastion
