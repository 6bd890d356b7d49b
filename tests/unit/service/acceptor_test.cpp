#include "service/acceptor.hpp"

#include "service/sockets.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <vector>

using namespace gatehouse::service;
using boost::asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

// No descriptor is left while it lives.
class no_descriptors {
public:
    no_descriptors()
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        auto now = before_;
        const int free = ::dup(0);
        ::close(free);
        now.rlim_cur = static_cast<rlim_t>(free);
        ::setrlimit(RLIMIT_NOFILE, &now);
    }
    ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    no_descriptors(const no_descriptors&) = delete;
    no_descriptors& operator=(const no_descriptors&) = delete;

private:
    rlimit before_{};
};

struct fixture {
    boost::asio::io_context loop;
    int listening = listen_on({"127.0.0.1", 0});
    gatehouse::conf::bind_address where = local_address(listening);
    std::vector<int> failed, taken;
    acceptor door{loop, listening, where, [this](int descriptor, const tcp::endpoint&, const acceptor&) {
                      (descriptor < 0 ? failed : taken).push_back(descriptor);
                  }};

    ~fixture()
    {
        for (const int one : taken) ::close(one);
    }

    void run_until(const std::function<bool()>& enough)
    {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!enough() && std::chrono::steady_clock::now() < deadline) loop.run_for(10ms);
    }
};

}  // namespace

// UndefinedBehaviorSanitizer needs descriptors to look at an object, and calls it invalid without.
#if !defined(__SANITIZE_ADDRESS__)

TEST_CASE("who connects while no descriptor is left waits, and the acceptor says why", "[service][acceptor]")
{
    fixture of;
    tcp::socket client(of.loop);
    client.connect({boost::asio::ip::make_address(of.where.address), of.where.port});
    {
        const no_descriptors left;
        of.run_until([&] { return of.failed.size() >= 2; });
    }
    CHECK(of.failed.size() >= 2);
    CHECK(of.failed.front() == -EMFILE);
    CHECK(of.taken.empty());
    of.run_until([&] { return !of.taken.empty(); });
    CHECK(of.taken.size() == 1);
}

#endif
