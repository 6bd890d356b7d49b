// A load of short TLS connections: connect, handshake, one request, close; over and over for some seconds.
// wrk keeps its connections and cannot resume sessions, so handshakes need a client of their own.
//
//   handshakes ADDRESS PORT SECONDS full|resumed [THREADS] [PATH]
//
// Prints {"connections":N,"resumed":N,"failures":N}. Exits 1 when there were failures or, in `resumed`, when a
// handshake was not resumed.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;
using context_ptr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using ssl_ptr = std::unique_ptr<SSL, decltype(&SSL_free)>;
using session_ptr = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;

struct task {
    sockaddr_in where{};
    std::string request;
    bool resume = false;
    steady::time_point end;
};

struct outcome {
    unsigned long connections = 0, resumed = 0, failures = 0;
};

class descriptor {
public:
    explicit descriptor(const sockaddr_in& where) : number_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        const int on = 1;
        const timeval patience{5, 0};
        ::setsockopt(number_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(number_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (::connect(number_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
            ::close(number_);
            number_ = -1;
        }
    }
    ~descriptor()
    {
        if (number_ >= 0) ::close(number_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

// Reads one response whose head has a Content-Length. The tickets of TLS 1.3 arrive on the way.
bool read_response(SSL* tls)
{
    std::string got;
    char piece[4096];
    for (;;) {
        const int length = SSL_read(tls, piece, sizeof piece);
        if (length <= 0) return false;
        got.append(piece, static_cast<std::size_t>(length));
        const auto head = got.find("\r\n\r\n");
        if (head == std::string::npos) continue;
        auto field = got.find("ontent-");  // Content-Length or content-length
        while (field != std::string::npos && got.compare(field + 7, 6, "Length") != 0 &&
               got.compare(field + 7, 6, "length") != 0)
            field = got.find("ontent-", field + 1);
        if (field == std::string::npos) return false;
        const auto body = std::strtoul(got.c_str() + field + 14, nullptr, 10);
        if (got.size() >= head + 4 + body) return got.starts_with("HTTP/1.1 200");
    }
}

// One connection. Replaces `session` by the newest the server gave.
bool connect_once(const task& what, SSL_CTX* context, session_ptr& session, outcome& counts)
{
    const descriptor socket(what.where);
    if (socket.number() < 0) return false;
    const ssl_ptr tls(SSL_new(context), SSL_free);
    SSL_set_fd(tls.get(), socket.number());
    if (what.resume && session) SSL_set_session(tls.get(), session.get());
    if (SSL_connect(tls.get()) != 1) return false;
    if (SSL_session_reused(tls.get())) ++counts.resumed;
    if (SSL_write(tls.get(), what.request.data(), static_cast<int>(what.request.size())) <= 0) return false;
    if (!read_response(tls.get())) return false;
    if (what.resume) session.reset(SSL_get1_session(tls.get()));
    SSL_shutdown(tls.get());
    return true;
}

outcome run(const task& what)
{
    outcome counts;
    const context_ptr context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT);
    session_ptr session(nullptr, SSL_SESSION_free);
    if (what.resume && !connect_once(what, context.get(), session, counts)) ++counts.failures;
    while (steady::now() < what.end && counts.failures < 100) {
        if (connect_once(what, context.get(), session, counts))
            ++counts.connections;
        else
            ++counts.failures;
    }
    return counts;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 5) {
        std::fputs("usage: handshakes ADDRESS PORT SECONDS full|resumed [THREADS] [PATH]\n", stderr);
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    task what;
    what.where.sin_family = AF_INET;
    what.where.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
    if (::inet_pton(AF_INET, argv[1], &what.where.sin_addr) != 1) return 2;
    what.end = steady::now() + std::chrono::milliseconds(static_cast<long>(std::atof(argv[3]) * 1000));
    what.resume = std::string_view(argv[4]) == "resumed";
    what.request = "GET " + std::string(argc > 6 ? argv[6] : "/") + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    std::vector<outcome> each(static_cast<std::size_t>(argc > 5 ? std::max(1, std::atoi(argv[5])) : 1));
    {
        std::vector<std::jthread> threads;
        for (auto& one : each) threads.emplace_back([&one, &what] { one = run(what); });
    }
    outcome sum;
    for (const auto& one : each) {
        sum.connections += one.connections;
        sum.resumed += one.resumed;
        sum.failures += one.failures;
    }
    std::printf("{\"connections\":%lu,\"resumed\":%lu,\"failures\":%lu}\n", sum.connections, sum.resumed,
                sum.failures);
    const bool as_asked = what.resume ? sum.resumed >= sum.connections : sum.resumed == 0;
    return sum.failures == 0 && as_asked ? 0 : 1;
}
