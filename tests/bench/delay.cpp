// A TCP relay on a loopback port that brings everything a fixed time late, in either direction: a long way on
// one machine. Usage: delay TARGET_PORT MILLISECONDS; prints its port. Ends with SIGTERM, or by itself after
// ten minutes.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using time_point = std::chrono::steady_clock::time_point;

constexpr std::size_t piece = 64 * 1024;
constexpr std::size_t most_on_the_way =
    128 * 1024 * 1024;  // far more than a window of SSH: this is never the limit

struct parcel {
    time_point due;
    std::vector<char> bytes;  // none: the end
};

// One direction of one connection.
class way {
public:
    way(int from, int to, std::chrono::microseconds delay) : from_(from), to_(to), delay_(delay) {}

    void receive()
    {
        for (;;) {
            parcel arrived{{}, std::vector<char>(piece)};
            const auto size = ::recv(from_, arrived.bytes.data(), piece, 0);
            arrived.bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
            arrived.bytes.shrink_to_fit();
            arrived.due = std::chrono::steady_clock::now() + delay_;
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return held_ < most_on_the_way; });
            held_ += arrived.bytes.size();
            parcels_.push_back(std::move(arrived));
            changed_.notify_all();
            if (size <= 0) return;
        }
    }

    void deliver()
    {
        for (;;) {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return !parcels_.empty(); });
            const parcel next = std::move(parcels_.front());
            parcels_.pop_front();
            held_ -= next.bytes.size();
            changed_.notify_all();
            lock.unlock();
            std::this_thread::sleep_until(next.due);
            if (next.bytes.empty()) {
                ::shutdown(to_, SHUT_WR);
                return;
            }
            for (std::size_t sent = 0; sent < next.bytes.size();) {
                const auto taken =
                    ::send(to_, next.bytes.data() + sent, next.bytes.size() - sent, MSG_NOSIGNAL);
                if (taken <= 0) break;  // nobody listens any more; the rest is taken and dropped
                sent += static_cast<std::size_t>(taken);
            }
        }
    }

private:
    const int from_, to_;
    const std::chrono::microseconds delay_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<parcel> parcels_;
    std::size_t held_ = 0;
};

void serve(int client, const sockaddr_in& target, std::chrono::microseconds delay)
{
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    for (const int one : {client, server}) ::setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&target), sizeof target) == 0) {
        way there(client, server, delay), back(server, client, delay);
        std::vector<std::jthread> all;
        all.emplace_back([&] { there.receive(); });
        all.emplace_back([&] { there.deliver(); });
        all.emplace_back([&] { back.receive(); });
        all.emplace_back([&] { back.deliver(); });
    }
    ::close(client);
    ::close(server);
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 3) return 2;
    ::alarm(600);
    std::signal(SIGTERM, [](int) { ::_exit(0); });
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in target = address;
    target.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
    const std::chrono::microseconds delay(static_cast<long>(std::atof(argv[2]) * 1000));

    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t length = sizeof address;
    auto* const bound = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, bound, sizeof address) != 0 || ::listen(listener, 16) != 0 ||
        ::getsockname(listener, bound, &length) != 0)
        return 1;
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    for (;;) {
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return 1;
        std::thread(serve, client, target, delay).detach();
    }
}
