#include "bastion/ssh/login_guard.hpp"

#include <catch2/catch.hpp>

using gatehouse::bastion::login_guard;

TEST_CASE("packets of the key exchange are no tries", "[ssh][login_guard]")
{
    login_guard guard(3);
    CHECK(guard.take_silent(9) == 0);
    guard.begin(9);
    CHECK(guard.take_silent(9) == 0);
}

TEST_CASE("a packet that leaves a message is not silent", "[ssh][login_guard]")
{
    login_guard guard(3);
    guard.begin(9);
    guard.heard_message();
    CHECK(guard.take_silent(10) == 0);
    guard.heard_message();
    CHECK(guard.take_silent(12) == 1);
    CHECK(guard.take_silent(12) == 0);
}

TEST_CASE("a message may be heard after packets behind it were counted", "[ssh][login_guard]")
{
    login_guard guard(3);
    guard.begin(9);  // two requests came with the one that begins: their messages follow
    guard.heard_message();
    guard.heard_message();
    CHECK(guard.take_silent(9) == 0);
    CHECK(guard.take_silent(12) == 1);
}

TEST_CASE("a second beginning changes nothing", "[ssh][login_guard]")
{
    login_guard guard(3);
    guard.begin(9);
    guard.begin(100);
    CHECK(guard.take_silent(10) == 1);
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
