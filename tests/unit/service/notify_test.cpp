#include "service/notify.hpp"
#include "tests/unit/service/scratch.hpp"

#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

namespace gatehouse::service {

namespace {

// systemd's end. `name` as in NOTIFY_SOCKET.
class listener {
public:
    explicit listener(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        if (name[0] == '@') address.sun_path[0] = '\0';
        const auto length = offsetof(sockaddr_un, sun_path) + name.size() + (name[0] == '@' ? 0 : 1);
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), static_cast<socklen_t>(length)) == 0);
        const timeval patience{5, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~listener() { ::close(socket_); }
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    std::string next(int flags = 0)
    {
        char text[512];
        const auto got = ::recv(socket_, text, sizeof text, flags);
        return got < 0 ? "nothing" : std::string(text, static_cast<std::size_t>(got));
    }

private:
    int socket_;
};

}  // namespace

TEST_CASE("systemd is told what the daemon does", "[notify]")
{
    const scratch_directory scratch;
    listener systemd(scratch.file("notify"));
    const environment_variable where("NOTIFY_SOCKET", scratch.file("notify"));
    notify told;
    CHECK(std::getenv("NOTIFY_SOCKET") == nullptr);
    told.ready();
    CHECK(systemd.next() == "READY=1");
    told.reloading();
    CHECK_THAT(systemd.next(), Catch::Matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
    told.stopping(std::chrono::seconds(61));
    CHECK(systemd.next() == "STOPPING=1\nEXTEND_TIMEOUT_USEC=61000000");
    told.status("serving\nREADY=1");
    CHECK(systemd.next() == "STATUS=serving READY=1");
}

TEST_CASE("an abstract notification socket works as well", "[notify]")
{
    const auto name = "@gatehouse-test-" + std::to_string(::getpid());
    listener systemd(name);
    const environment_variable where("NOTIFY_SOCKET", name);
    notify told;
    told.ready();
    CHECK(systemd.next() == "READY=1");
}

TEST_CASE("the watchdog is fed at half its interval", "[notify]")
{
    const auto name = "@gatehouse-test-" + std::to_string(::getpid());
    listener systemd(name);
    boost::asio::io_context loop;
    const environment_variable where("NOTIFY_SOCKET", name), interval("WATCHDOG_USEC", "20000");
    SECTION("when it is for this process")
    {
        const environment_variable whose("WATCHDOG_PID", std::to_string(::getpid()));
        notify told;
        bool alive = true;
        told.start_watchdog(loop.get_executor(), [&] { return alive; });
        CHECK(systemd.next(MSG_DONTWAIT) == "WATCHDOG=1");
        const auto begin = std::chrono::steady_clock::now();
        loop.run_one();
        CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(9));
        CHECK(systemd.next(MSG_DONTWAIT) == "WATCHDOG=1");
        alive = false;
        loop.run_one();
        CHECK(systemd.next(MSG_DONTWAIT) == "nothing");
        alive = true;
        loop.run_one();
        CHECK(systemd.next(MSG_DONTWAIT) == "WATCHDOG=1");
    }
    SECTION("and not when it is for another")
    {
        const environment_variable whose("WATCHDOG_PID", "1");
        notify told;
        told.start_watchdog(loop.get_executor(), [] { return true; });
        CHECK(loop.run() == 0);
        CHECK(systemd.next(MSG_DONTWAIT) == "nothing");
    }
    CHECK(std::getenv("WATCHDOG_USEC") == nullptr);
    loop.run();  // a destroyed notify leaves no wait behind
    CHECK(systemd.next(MSG_DONTWAIT) == "nothing");
}

TEST_CASE("without systemd, or with an unusable socket name, nothing happens", "[notify]")
{
    for (const auto& name : {std::string(), std::string("relative"), "/" + std::string(200, 'x')}) {
        const environment_variable where("NOTIFY_SOCKET", name);
        notify told;
        told.ready();
        told.status("unheard");
    }
    SUCCEED();
}

}  // namespace gatehouse::service
