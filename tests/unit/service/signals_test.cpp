#include "service/signals.hpp"
#include "tests/unit/service/scratch.hpp"

#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <signal.h>

#include <chrono>
#include <optional>

namespace gatehouse::service {

using namespace std::chrono_literals;

TEST_CASE("SIGHUP reloads each time and SIGTERM or SIGINT drains", "[signals]")
{
    const int drain_signal = GENERATE(SIGTERM, SIGINT);
    boost::asio::io_context loop;
    int reloads = 0, drains = 0;
    std::optional<signals> watched(
        std::in_place, loop, [&] { ++reloads; }, [&] { ++drains; });
    for (int i = 1; i <= 2; ++i) {
        ::raise(SIGHUP);
        while (reloads < i && loop.run_one_for(5s) > 0) {
        }
        CHECK(reloads == i);
    }
    CHECK(drains == 0);
    ::raise(drain_signal);
    while (drains == 0 && loop.run_one_for(5s) > 0) {
    }
    CHECK(drains == 1);
    ::raise(SIGPIPE);  // ignored
    watched.reset();
    loop.restart();
    loop.run_for(5s);
    CHECK(loop.stopped());  // nothing waits any more
    ::signal(SIGPIPE, SIG_DFL);
}

TEST_CASE("a second SIGTERM ends the process at once, even when its loop is stuck", "[signals]")
{
    const auto code = in_child([] {
        boost::asio::io_context loop;
        signals watched(
            loop, [] {},
            [] {
                ::raise(SIGINT);  // arrives while the drain runs
                ::_exit(42);
            });
        ::raise(SIGTERM);
        loop.run_for(5s);
        return 43;
    });
    CHECK(code == 1);
}

}  // namespace gatehouse::service
