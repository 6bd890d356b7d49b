// A user of a jump host while others attack it: one session that stays, whose keystrokes are timed, and now
// and then a whole new login. Usage: visitor LISTENING_DESCRIPTOR JUMP_PORT USER KEY TARGET_PORT Answers each
// line of its input, a number of seconds, with one line of JSON about these seconds, in microseconds. The
// target is here, too: it says again what it hears.
#include <libssh/libssh.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

constexpr auto between_keystrokes = 4ms;
constexpr auto between_logins = 500ms;
constexpr auto patience = 10s;

void echo(int connection)
{
    char said[4096];
    for (ssize_t got; (got = ::read(connection, said, sizeof said)) > 0;)
        if (::write(connection, said, static_cast<std::size_t>(got)) != got) break;
    ::close(connection);
}

void serve(int listening)
{
    for (int made; (made = ::accept(listening, nullptr, nullptr)) >= 0;) std::thread(echo, made).detach();
}

struct place {
    unsigned jump_port;
    const char* user;
    ssh_key key;
    int target_port;
};

double since(clock_type::time_point began)
{
    return std::chrono::duration<double, std::micro>(clock_type::now() - began).count();
}

class visit {
public:
    explicit visit(const place& where) : session_(ssh_new())
    {
        const bool no = false;
        const int yes = 1;
        const long seconds = patience.count();
        ssh_options_set(session_, SSH_OPTIONS_PROCESS_CONFIG, &no);
        ssh_options_set(session_, SSH_OPTIONS_HOST, "127.0.0.1");
        ssh_options_set(session_, SSH_OPTIONS_PORT, &where.jump_port);
        ssh_options_set(session_, SSH_OPTIONS_USER, where.user);
        ssh_options_set(session_, SSH_OPTIONS_TIMEOUT, &seconds);
        ssh_options_set(session_, SSH_OPTIONS_NODELAY, &yes);
        ssh_options_set(session_, SSH_OPTIONS_KEY_EXCHANGE, "curve25519-sha256");
        ssh_options_set(session_, SSH_OPTIONS_CIPHERS_C_S, "aes128-gcm@openssh.com");
        ssh_options_set(session_, SSH_OPTIONS_CIPHERS_S_C, "aes128-gcm@openssh.com");
        good_ = ssh_connect(session_) == SSH_OK &&
                ssh_userauth_publickey(session_, nullptr, where.key) == SSH_AUTH_SUCCESS &&
                (jump_ = ssh_channel_new(session_)) != nullptr &&
                ssh_channel_open_forward(jump_, "127.0.0.1", where.target_port, "127.0.0.1", 0) == SSH_OK;
    }
    ~visit()
    {
        ssh_disconnect(session_);
        ssh_free(session_);
    }
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;

    bool good() const { return good_; }

    // A keystroke, which does not wait for those before it: its time begins.
    void type()
    {
        const char key = 'x';
        typed_.push_back(clock_type::now());
        good_ = good_ && ssh_channel_write(jump_, &key, 1) == 1;
    }

    // Takes what comes back until then, or until nothing is missing when it is `all`.
    void hear(std::vector<double>& times, clock_type::time_point until, bool all = false)
    {
        while (good_ && !(all && typed_.empty())) {
            char echo[256];
            const int got = ssh_channel_read_nonblocking(jump_, echo, sizeof echo, 0);
            good_ = got >= 0 && !ssh_channel_is_eof(jump_);
            for (int i = 0; i < got; ++i, typed_.pop_front()) times.push_back(since(typed_.front()));
            const auto left = std::chrono::nanoseconds(until - clock_type::now()).count();
            if (left <= 0) break;
            if (got > 0) continue;
            pollfd what{ssh_get_fd(session_), POLLIN, 0};
            const timespec wait{left / 1'000'000'000, left % 1'000'000'000};
            ::ppoll(&what, 1, &wait, nullptr);
        }
        if (all && !typed_.empty()) good_ = false;
    }

private:
    ssh_session session_;
    ssh_channel jump_ = nullptr;                // the session's
    std::deque<clock_type::time_point> typed_;  // and not back yet
    bool good_ = false;
};

struct findings {
    std::vector<double> keystrokes, logins;
    int failures = 0;
};

void time_login(const place& where, findings& into)
{
    const auto began = clock_type::now();
    visit fresh(where);
    std::vector<double> ignored;
    fresh.type();
    fresh.hear(ignored, clock_type::now() + patience, true);
    if (fresh.good())
        into.logins.push_back(since(began));
    else
        ++into.failures;
}

findings watch(std::optional<visit>& staying, const place& where, std::chrono::duration<double> how_long)
{
    findings found;
    const auto end = clock_type::now() + how_long;
    while (clock_type::now() < end) {
        if (!staying) staying.emplace(where);
        auto next = clock_type::now();
        for (const auto login = next + between_logins; staying->good() && next < login && next < end;) {
            staying->type();
            staying->hear(found.keystrokes, next += between_keystrokes);
        }
        staying->hear(found.keystrokes, clock_type::now() + patience, true);
        if (!staying->good()) {
            ++found.failures;
            staying.reset();
        }
        time_login(where, found);
    }
    return found;
}

std::string list(const std::vector<double>& times)
{
    std::string made;
    for (const auto one : times) made += (made.empty() ? "[" : ",") + std::to_string(one);
    return made.empty() ? "[]" : made + "]";
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 6) return 2;
    ::alarm(1200);
    std::signal(SIGPIPE, SIG_IGN);
    ssh_init();
    place where{static_cast<unsigned>(std::atoi(argv[2])), argv[3], nullptr, std::atoi(argv[5])};
    if (ssh_pki_import_privkey_file(argv[4], nullptr, nullptr, nullptr, &where.key) != SSH_OK) return 1;
    std::thread(serve, std::atoi(argv[1])).detach();
    std::optional<visit> staying;
    for (char line[64]; std::fgets(line, sizeof line, stdin);) {
        const auto found = watch(staying, where, std::chrono::duration<double>(std::atof(line)));
        std::printf("{\"keystrokes\": %s, \"logins\": %s, \"failures\": %d}\n",
                    list(found.keystrokes).c_str(), list(found.logins).c_str(), found.failures);
        std::fflush(stdout);
    }
    std::_Exit(0);
}
