// A load at a steady rate: requests leave when they are due, whether or not earlier ones were answered, so that a proxy
// that stalls is charged with everyone it keeps waiting. wrk waits for an answer before it sends again.
//
//   steady ADDRESS PORT PATH REQUESTS_PER_SECOND SECONDS [CONNECTIONS]
//
// Prints a line for each request: when it was due, in seconds of CLOCK_MONOTONIC, and after how many milliseconds its
// answer was there. Exits 1 when a connection fails or an answer has another status than 200.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using steady_clock = std::chrono::steady_clock;

struct connection {
    int number = -1;
    steady_clock::time_point due;
    std::string got;
};

struct sample {
    steady_clock::time_point due;
    steady_clock::duration took;
};

// True when `got` is one whole answer.
bool whole(std::string_view got)
{
    const auto end = got.find("\r\n\r\n");
    if (end == std::string_view::npos) return false;
    if (!got.starts_with("HTTP/1.1 200 ")) throw std::runtime_error("an answer of another status");
    constexpr std::string_view field = "\r\ncontent-length: ";
    std::string head(got.substr(0, end));
    for (char& c : head)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const auto at = head.find(field);
    if (at == std::string::npos) throw std::runtime_error("an answer without a length");
    std::size_t length = 0;
    std::from_chars(head.data() + at + field.size(), head.data() + head.size(), length);
    return got.size() >= end + 4 + length;
}

class load {
public:
    load(const sockaddr_in& where, std::string_view path, unsigned connections)
        : request_("GET " + std::string(path) + " HTTP/1.1\r\nHost: bench\r\n\r\n"), poll_(::epoll_create1(EPOLL_CLOEXEC)),
          all_(connections)
    {
        ::prctl(PR_SET_TIMERSLACK, 1UL);  // else it sleeps 50 us longer than it is told
        for (auto& one : all_) {
            open(one, where);
            idle_.push_back(&one);
        }
    }

    std::vector<sample> run(unsigned rate, unsigned seconds)
    {
        const auto between = std::chrono::nanoseconds(1'000'000'000 / rate);
        const auto begin = steady_clock::now() + std::chrono::milliseconds(10);
        const auto wanted = static_cast<std::size_t>(rate) * seconds;
        done_.reserve(wanted);
        const auto latest = begin + std::chrono::seconds(seconds + 5);
        for (std::size_t next = 0; done_.size() < wanted;) {
            const auto now = steady_clock::now();
            if (now > latest) throw std::runtime_error("answers are missing");
            for (; next < wanted && begin + next * between <= now; ++next) waiting_.push_back(begin + next * between);
            send_waiting();
            wait(next < wanted ? begin + next * between - steady_clock::now() : std::chrono::milliseconds(100));
        }
        return std::move(done_);
    }

private:
    void open(connection& one, const sockaddr_in& where)
    {
        one.number = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(one.number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event about{EPOLLIN, {&one}};
        if (::connect(one.number, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
            ::epoll_ctl(poll_, EPOLL_CTL_ADD, one.number, &about) != 0)
            throw std::runtime_error("cannot connect");
    }

    void send_waiting()
    {
        for (; !waiting_.empty() && !idle_.empty(); waiting_.pop_front(), idle_.pop_back()) {
            auto& one = *idle_.back();
            one.due = waiting_.front();
            if (::send(one.number, request_.data(), request_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request_.size()))
                throw std::runtime_error("cannot send");
        }
    }

    void wait(steady_clock::duration longest)
    {
        const auto ns = std::max<long>(0, std::chrono::nanoseconds(longest).count());
        const timespec patience{ns / 1'000'000'000, ns % 1'000'000'000};
        epoll_event seen[64];
        const int count = ::epoll_pwait2(poll_, seen, 64, &patience, nullptr);
        for (int i = 0; i < count; ++i) receive(*static_cast<connection*>(seen[i].data.ptr));
    }

    void receive(connection& one)
    {
        char bytes[65536];
        const auto size = ::recv(one.number, bytes, sizeof bytes, 0);
        if (size <= 0) throw std::runtime_error("a connection ended");
        one.got.append(bytes, static_cast<std::size_t>(size));
        if (!whole(one.got)) return;
        done_.push_back({one.due, steady_clock::now() - one.due});
        one.got.clear();
        idle_.push_back(&one);
    }

    std::string request_;
    int poll_;
    std::vector<connection> all_;
    std::vector<connection*> idle_;
    std::deque<steady_clock::time_point> waiting_;  // when they were due
    std::vector<sample> done_;
};

}  // namespace

int main(int count, char** words)
{
    if (count < 6) return std::fprintf(stderr, "steady ADDRESS PORT PATH REQUESTS_PER_SECOND SECONDS [CONNECTIONS]\n"), 2;
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(std::atoi(words[2])));
    ::inet_pton(AF_INET, words[1], &where.sin_addr);
    try {
        load made(where, words[3], count > 6 ? static_cast<unsigned>(std::atoi(words[6])) : 64);
        const auto rate = static_cast<unsigned>(std::atoi(words[4])), seconds = static_cast<unsigned>(std::atoi(words[5]));
        for (const auto& one : made.run(rate, seconds))
            std::printf("%.6f %.4f\n", std::chrono::duration<double>(one.due.time_since_epoch()).count(),
                        std::chrono::duration<double, std::milli>(one.took).count());
    } catch (const std::exception& failed) {
        return std::fprintf(stderr, "%s\n", failed.what()), 1;
    }
}
