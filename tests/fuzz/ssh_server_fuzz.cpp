#include "bastion/ssh/server.hpp"
#include "bastion/ssh/transport.hpp"
#include "tests/support/ssh_client.hpp"
#include "tests/unit/ssh/openssh_key.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <list>
#include <utility>
#include <vector>

using namespace gatehouse::bastion;
using gatehouse::test::ed25519_blob;
using gatehouse::test::ed25519_key;
using gatehouse::test::openssh_private_key;
using gatehouse::test::ssh_client;

namespace {

constexpr int most_turns = 20'000;  // of the loop, until a server that is sent nothing more rests
constexpr std::string_view user = "ada";

// Keys of RFC 8032 section 7.1, so that the seeds can name them.
constexpr std::string_view host_secret(
    "\x4c\xcd\x08\x9b\x28\xff\x96\xda\x9d\xb6\xc3\x46\xec\x11\x4e\x0f"
    "\x5b\x8a\x31\x9f\x35\xab\xa6\x24\xda\x8c\xf6\xed\x4f\xb8\xa6\xfb", 32);
constexpr std::string_view user_secret(
    "\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4"
    "\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60", 32);

void require(bool holds)
{
    if (!holds) std::abort();
}

// What the first byte of an input says of the rest, a list of writes with their lengths before them.
struct plan {
    explicit plan(std::uint8_t bits) :
        encrypted((bits & 1) != 0), known_key((bits & 2) != 0), login((bits & 4) != 0), console((bits & 8) != 0)
    {
    }
    bool encrypted;  // each write is a packet behind a key exchange; else bytes, from the first one on
    bool known_key;  // the handler knows the user's key
    bool login;      // encrypted, and the client has logged in, if the key is known
    bool console;    // session channels are opened
};

std::shared_ptr<server> make_server()
{
    std::signal(SIGPIPE, SIG_IGN);
    require_libssh();
    auto path = (std::filesystem::temp_directory_path() / "gatehouse_fuzz_key.XXXXXX").string();
    ::close(::mkstemp(path.data()));
    std::ofstream(path) << openssh_private_key(ed25519_key(host_secret).get());
    server_settings settings;
    settings.host_keys.push_back(path);
    settings.user_keys.security_keys = true;
    settings.channels = 4;
    auto made = std::make_shared<server>(settings);
    std::filesystem::remove(path);
    return made;
}

// Gives back what it is sent.
class echo final : private channel::user {
public:
    explicit echo(std::unique_ptr<channel> on) : channel_(std::move(on)) { channel_->watch(this); }

private:
    void on_channel_event() override
    {
        const std::string read(channel_->read());
        const auto taken = channel_->write(std::string_view(read).substr(0, channel_->room()));
        require(taken <= read.size());
        if (channel_->at_end()) channel_->send_end();
    }
    void on_channel_gone() override {}

    std::unique_ptr<channel> channel_;
};

class judge final : public session_handler {
public:
    explicit judge(const plan& by) : by_(by) {}

    bool ended() const { return ended_; }
    void answer_waiting()
    {
        for (auto& one : std::exchange(waiting_, {})) keep(one->accept());
    }

private:
    bool on_public_key(const key_offer& offer) override
    {
        require(!logged_in_ && !proven_ && !ended_);
        static const std::string known = ed25519_blob(ed25519_key(user_secret).get());
        const bool yes = by_.known_key && offer.user == user && offer.blob == known;
        if (!yes || !offer.signed_by_it) return yes;
        require(by_.encrypted && by_.login);  // nobody else can sign
        proven_ = true;
        return true;
    }
    void on_unfit_key(const key_offer&, login_refusal) override { require(!logged_in_ && !ended_); }
    void on_login() override
    {
        require(proven_ && !logged_in_ && !ended_);
        logged_in_ = true;
    }
    // Answered at once, later or not at all, as the port says.
    void on_direct_tcpip(direct_tcpip where, std::unique_ptr<open_request> request) override
    {
        require(logged_in_ && !ended_);
        if (where.port % 4 == 0) return request->refuse(open_failure::connect_failed);
        if (where.port % 4 == 1) return waiting_.push_back(std::move(request));
        keep(request->accept());
    }
    bool on_session_channel() override
    {
        require(logged_in_ && !ended_);
        return by_.console;
    }
    void on_command(command_request, std::unique_ptr<channel> from) override
    {
        require(logged_in_ && !ended_ && by_.console);
        from->write("done\n");
        from->send_exit_status(0);
    }
    void on_refused(refusal) override { require(logged_in_ && !ended_); }
    void on_end(end_reason) override
    {
        require(!std::exchange(ended_, true));
        waiting_.clear();
        open_.clear();
    }

    void keep(std::unique_ptr<channel> opened)
    {
        if (opened) open_.emplace_back(std::move(opened));
    }

    const plan& by_;
    bool proven_ = false, logged_in_ = false, ended_ = false;
    std::vector<std::unique_ptr<open_request>> waiting_;
    std::list<echo> open_;
};

class session {
public:
    session(const std::shared_ptr<server>& by, const plan& wanted) : wanted_(wanted), judge_(wanted)
    {
        require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_) == 0);
        client_.emplace(ends_[0]);
        require(transport::start(loop_, by, ends_[1], judge_) != nullptr);
        run();
        if (!wanted.encrypted) return;
        client_->send_version();
        run();
        client_->send_key_share();
        run();
        client_->take_keys();
        run();
        const auto key = ed25519_key(user_secret);
        if (wanted.login) client_->log_in(user, key.get());
        run();
    }

    void write(std::string_view what)
    {
        wanted_.encrypted ? client_->send(what) : client_->send_raw(what);
        run();
        judge_.answer_waiting();
        run();
    }

    void hang_up()
    {
        ::close(ends_[0]);
        run();
        require(judge_.ended());
    }

private:
    // Until the server has nothing more to do.
    void run()
    {
        int turns = 0;
        do {
            loop_.restart();
            while (loop_.poll_one() > 0) require(++turns < most_turns);
        } while (client_->drain());
    }

    const plan& wanted_;
    boost::asio::io_context loop_{1};
    judge judge_;
    int ends_[2]{};
    std::optional<ssh_client> client_;
};

}  // namespace

// Nothing that a stranger sends logs in, opens a channel, keeps the server busy or survives the connection.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto server = make_server();
    if (size == 0) return 0;
    const plan wanted(data[0]);
    std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
    session client(server, wanted);
    while (rest.size() >= 2) {
        const auto length = static_cast<std::size_t>(static_cast<unsigned char>(rest[0]) << 8 |
                                                     static_cast<unsigned char>(rest[1]));
        const auto part = rest.substr(2, length);
        client.write(part);
        rest.remove_prefix(2 + part.size());
    }
    client.hang_up();
    return 0;
}
