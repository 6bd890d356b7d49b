#include "bastion/ssh/transport.hpp"

#include "bastion/identity/ssh_reader.hpp"
#include "bastion/ssh/server.hpp"
#include "tests/support/ssh_client.hpp"
#include "tests/unit/ssh/openssh_key.hpp"

#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <utility>
#include <vector>

using namespace gatehouse::bastion;
using gatehouse::test::ed25519_key;
using gatehouse::test::openssh_private_key;
using gatehouse::test::ssh_client;

namespace {

constexpr std::string_view host_secret = "the secret of a host, 32 bytes  ";
constexpr std::string_view user_secret = "the secret of a user, 32 bytes  ";

std::shared_ptr<server> make_server(std::shared_ptr<buffer_budget> buffers)
{
    require_libssh();
    const auto path = std::filesystem::temp_directory_path() / ("gatehouse_transport." + std::to_string(::getpid()));
    std::ofstream(path) << openssh_private_key(ed25519_key(host_secret).get());
    server_settings settings;
    settings.host_keys.push_back(path);
    settings.buffers = std::move(buffers);
    auto made = std::make_shared<server>(settings);
    std::filesystem::remove(path);
    return made;
}

// Serves a channel as a test says, and keeps what was read.
class served final : private channel::user {
public:
    served(std::unique_ptr<channel> on, std::function<void(served&)> then) :
        channel_(std::move(on)), then_(std::move(then))
    {
        channel_->watch(this);
    }

    channel& on() { return *channel_; }
    std::string read;
    int events = 0;

private:
    void on_channel_event() override
    {
        ++events;
        then_(*this);
    }
    void on_channel_gone() override {}

    std::unique_ptr<channel> channel_;
    std::function<void(served&)> then_;
};

// A logged-in client and the transport that serves it, joined by a pair of sockets in one thread.
class connection final : private session_handler {
public:
    explicit connection(std::function<void(served&)> by,
                        const std::shared_ptr<buffer_budget>& buffers = std::make_shared<buffer_budget>()) :
        by_(std::move(by))
    {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_) == 0);
        client_.emplace(ends_[0]);
        REQUIRE(transport::start(loop_, make_server(buffers), ends_[1], *this));
        client_->send_version();
        run();
        client_->send_key_share();
        run();
        client_->take_keys();
        run();
        client_->log_in("ada", ed25519_key(user_secret).get());
        run();
        REQUIRE(logged_in_);
    }
    ~connection()
    {
        ::close(ends_[0]);
        run();
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    served& open()
    {
        std::string wanted(1, '\x5a');  // RFC 4254 section 7.2
        append_ssh_string(wanted, "direct-tcpip");
        append_number(wanted, channels_.size());
        append_number(wanted, 1 << 30);
        append_number(wanted, 32768);
        for (int i = 0; i < 2; ++i) {
            append_ssh_string(wanted, "127.0.0.1");
            append_number(wanted, 80);
        }
        client_->send(wanted);
        run();
        REQUIRE_FALSE(channels_.empty());
        return *channels_.back();
    }

    void send(std::size_t channel, std::string_view data)
    {
        std::string packet(1, '\x5e');
        append_number(packet, first_channel + channel);
        append_ssh_string(packet, data);
        client_->send(packet);
    }

    // Until the server rests.
    void run()
    {
        do {
            loop_.restart();
            loop_.poll();
        } while (client_->drain());
    }

private:
    static constexpr std::size_t first_channel = 43;  // libssh's

    static void append_number(std::string& to, std::size_t number)
    {
        for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(number >> shift & 0xff);
    }

    bool on_public_key(const key_offer&) override { return true; }
    void on_login() override { logged_in_ = true; }
    void on_direct_tcpip(direct_tcpip, std::unique_ptr<open_request> request) override
    {
        channels_.push_back(std::make_unique<served>(request->accept(), by_));
    }
    void on_end(end_reason) override { channels_.clear(); }

    std::function<void(served&)> by_;
    boost::asio::io_context loop_{1};
    int ends_[2]{};
    std::optional<ssh_client> client_;
    std::vector<std::unique_ptr<served>> channels_;
    bool logged_in_ = false;
};

}  // namespace

TEST_CASE("what arrives while a channel is being served is told, too", "[ssh][transport]")
{
    // libssh reads whenever it writes more than the socket takes at once.
    connection* all = nullptr;
    connection client([&](served& one) {
        one.read += one.on().read();
        if (one.read != "first") return;
        all->send(0, ", second");
        const std::string answer(64 * 1024, 'x');
        CHECK(one.on().write(answer) == answer.size());
    });
    all = &client;
    auto& one = client.open();
    client.send(0, "first");
    client.run();
    CHECK(one.read == "first, second");
}

TEST_CASE("who holds more than is left of the memory is not read from until a server takes it", "[ssh][transport]")
{
    constexpr std::size_t piece = 32 * 1024, pieces = 8;  // what a socket takes
    const auto buffers = std::make_shared<buffer_budget>();
    buffers->resize(2 * buffer_budget::always);
    bool taking = false;
    connection client(
        [&](served& one) {
            if (taking) one.read += one.on().read();
        },
        buffers);
    auto& one = client.open();
    for (std::size_t i = 0; i < pieces; ++i) {
        client.send(0, std::string(piece, 'x'));
        client.run();
    }
    const auto held = buffers->used();
    CHECK(held >= buffer_budget::always);
    CHECK(held < buffer_budget::always + 2 * piece);
    CHECK(one.on().bytes_in() == held);

    SECTION("not while it is written to, either")
    {
        for (int i = 0; i < 40; ++i) {
            one.on().write(std::string(64 * 1024, 'y'));
            client.run();
        }
        CHECK(buffers->used() == held);
    }
    SECTION("then it is, and all arrives")
    {
        taking = true;
        one.read += one.on().read();
        client.run();
        CHECK(one.read.size() == piece * pieces);
    }
}

TEST_CASE("memory of a session is given back at its end, not before", "[ssh][transport]")
{
    const auto buffers = std::make_shared<buffer_budget>();
    {
        connection client([&](served& one) { one.read += one.on().read(); }, buffers);
        client.open();
        client.send(0, std::string(10'000, 'x'));
        client.run();
        CHECK(buffers->used() >= 10'000);
    }
    CHECK(buffers->used() == 0);
}
