#include "bastion/ssh/login_guard.hpp"

#include <catch2/catch.hpp>

using gatehouse::bastion::login_guard;

TEST_CASE("before it begins nothing is a try", "[ssh][login_guard]")
{
    login_guard guard(3);
    CHECK_FALSE(guard.begun());
    CHECK(guard.take_silent(1) == 0);
    guard.begin();
    CHECK(guard.begun());
    CHECK(guard.take_silent(0) == 0);
}

TEST_CASE("a login request that leaves a message is not silent", "[ssh][login_guard]")
{
    login_guard guard(3);
    guard.begin();
    guard.heard_message();
    CHECK(guard.take_silent(1) == 0);
    guard.heard_message();
    CHECK(guard.take_silent(3) == 1);
    CHECK(guard.take_silent(3) == 0);
}

TEST_CASE("a message may be heard after requests behind it were counted", "[ssh][login_guard]")
{
    login_guard guard(3);
    guard.begin();
    guard.heard_message();
    guard.heard_message();
    CHECK(guard.take_silent(1) == 0);
    CHECK(guard.take_silent(3) == 1);
}

TEST_CASE("the last try that may fail is one too many", "[ssh][login_guard]")
{
    login_guard guard(3);
    CHECK_FALSE(guard.failed());
    CHECK_FALSE(guard.failed());
    CHECK(guard.failed());
    CHECK(login_guard(1).failed());
}

TEST_CASE("a login has its bytes", "[ssh][login_guard]")
{
    CHECK_FALSE(login_guard::too_much(64 * 1024));
    CHECK(login_guard::too_much(64 * 1024 + 1));
}
