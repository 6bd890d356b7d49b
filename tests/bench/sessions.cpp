// Many idle SSH sessions of one process, each with one open jump: OpenSSH's client takes 7 MiB for each of
// its own. Usage: sessions JUMP_PORT USER KEY TARGET_PORT COUNT BYTES Each jump carries BYTES up and then as
// many down before it is idle. Ends with its input, or by itself after ten minutes.
#include <libssh/libssh.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int at_once = 4;

struct wanted {
    unsigned jump_port;
    const char* user;
    ssh_key key;
    int target_port;
    std::size_t bytes;
};

bool carry(ssh_channel jump, std::size_t bytes)
{
    std::vector<char> piece(64 * 1024);
    for (std::size_t sent = 0; sent < bytes;) {
        const auto size = static_cast<std::uint32_t>(std::min(piece.size(), bytes - sent));
        const int taken = ssh_channel_write(jump, piece.data(), size);
        if (taken <= 0) return false;
        sent += static_cast<std::size_t>(taken);
    }
    for (std::size_t received = 0; received < bytes;) {
        const int got = ssh_channel_read(jump, piece.data(), static_cast<std::uint32_t>(piece.size()), 0);
        if (got <= 0) return false;
        received += static_cast<std::size_t>(got);
    }
    return true;
}

// Empty, or what went wrong. The session stays open.
std::string open_session(const wanted& what)
{
    ssh_session session = ssh_new();
    const bool no = false;
    ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no);
    ssh_options_set(session, SSH_OPTIONS_HOST, "127.0.0.1");
    ssh_options_set(session, SSH_OPTIONS_PORT, &what.jump_port);
    ssh_options_set(session, SSH_OPTIONS_USER, what.user);
    ssh_options_set(session, SSH_OPTIONS_KEY_EXCHANGE, "curve25519-sha256");
    ssh_options_set(session, SSH_OPTIONS_CIPHERS_C_S, "aes128-gcm@openssh.com");
    ssh_options_set(session, SSH_OPTIONS_CIPHERS_S_C, "aes128-gcm@openssh.com");
    if (ssh_connect(session) != SSH_OK) return ssh_get_error(session);
    if (ssh_userauth_publickey(session, nullptr, what.key) != SSH_AUTH_SUCCESS) return ssh_get_error(session);
    ssh_channel jump = ssh_channel_new(session);
    if (ssh_channel_open_forward(jump, "127.0.0.1", what.target_port, "127.0.0.1", 0) != SSH_OK ||
        !carry(jump, what.bytes))
        return ssh_get_error(session);
    return {};
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 7) return 2;
    ::alarm(600);
    std::signal(SIGPIPE, SIG_IGN);
    ssh_init();
    wanted what{static_cast<unsigned>(std::atoi(argv[1])), argv[2], nullptr, std::atoi(argv[4]),
                static_cast<std::size_t>(std::atoll(argv[6]))};
    if (ssh_pki_import_privkey_file(argv[3], nullptr, nullptr, nullptr, &what.key) != SSH_OK) return 1;
    std::atomic<int> left = std::atoi(argv[5]);
    std::vector<std::jthread> threads;
    for (int i = 0; i < at_once; ++i)
        threads.emplace_back([&] {
            while (left-- > 0) {
                if (const auto problem = open_session(what); !problem.empty()) {
                    std::fprintf(stderr, "sessions: %s\n", problem.c_str());
                    std::_Exit(1);
                }
            }
        });
    threads.clear();
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) > 0) continue;
    std::_Exit(0);  // no farewell: thousands take as long as thousands of greetings
}
