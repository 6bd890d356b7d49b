// The smallest bastion: one user, one key, any target on 127.0.0.1. For the transport's tests with real clients.
//
//   ssh_transport_server --host-key FILE... --user NAME --key PUBLIC_KEY_FILE [--option VALUE...]
//
// Prints "port N" when it listens, then a line per event. SIGTERM ends it.

#include "bastion/session/relay.hpp"
#include "bastion/ssh/server.hpp"
#include "bastion/ssh/transport.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace bastion = gatehouse::bastion;
using asio::ip::tcp;

struct options {
    bastion::server_settings server;
    std::string user, key_type, key;  // the key in base64
    std::string banner;
    bool console = false;  // session channels get an answer
};

void say(const std::string& line) { std::cout << line << std::endl; }

std::string base64(std::string_view bytes)
{
    static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string made;
    unsigned bits = 0, count = 0;
    for (const char byte : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(byte);
        for (count += 8; count >= 6; count -= 6) made += digits[bits >> (count - 6) & 63];
    }
    if (count > 0) made += digits[bits << (6 - count) & 63];
    while (made.size() % 4 != 0) made += '=';
    return made;
}

class session final : public bastion::session_handler, public std::enable_shared_from_this<session> {
public:
    session(asio::io_context& loop, const options& wanted) : loop_(loop), wanted_(wanted) {}

    void begin(std::shared_ptr<bastion::server> by, int descriptor)
    {
        self_ = shared_from_this();
        transport_ = bastion::transport::start(loop_, std::move(by), descriptor, *this);
        if (!transport_) self_.reset();
    }

    void end()
    {
        if (transport_) transport_->end(bastion::end_reason::requested);
    }

    bool on_public_key(const bastion::key_offer& offer) override
    {
        const bool known = offer.user == wanted_.user && base64(offer.blob) == wanted_.key;
        if (known && offer.signed_by_it && !wanted_.banner.empty()) transport_->send_banner(wanted_.banner + "\r\n");
        say(std::string("key ") + std::string(offer.algorithm) + (offer.signed_by_it ? " signed" : " offered") +
            (known ? " accepted" : " refused"));
        return known;
    }

    void on_unfit_key(const bastion::key_offer& offer, bastion::login_refusal why) override
    {
        say("unfit " + std::string(offer.algorithm) + " " + std::string(to_string(why)));
    }

    void on_login() override
    {
        const auto agreed = transport_->negotiated();
        say("login " + agreed.key_exchange + " " + agreed.cipher + " " + agreed.client_version);
    }

    void on_direct_tcpip(bastion::direct_tcpip where, std::unique_ptr<bastion::open_request> request) override
    {
        if (where.host != "127.0.0.1") {
            say("forbidden " + where.host);
            return request->refuse(bastion::open_failure::prohibited);
        }
        auto socket = std::make_shared<tcp::socket>(loop_);
        const tcp::endpoint target(asio::ip::make_address(where.host), where.port);
        socket->async_connect(target, [self = shared_from_this(), socket, answer = std::shared_ptr(std::move(request))](
                                          const boost::system::error_code& failed) {
            if (failed) return answer->refuse(bastion::open_failure::connect_failed);
            if (auto opened = answer->accept()) self->relay(std::move(opened), std::move(*socket));
        });
    }

    bool on_session_channel() override { return wanted_.console; }

    void on_command(bastion::command_request request, std::unique_ptr<bastion::channel> from) override
    {
        say("command " + request.command.value_or("shell"));
        from->write("you said " + request.command.value_or("nothing") + "\n");
        from->send_exit_status(7);
    }

    void on_refused(bastion::refusal what) override { say("refused " + std::string(to_string(what))); }

    void on_end(bastion::end_reason why) override
    {
        say("end " + std::string(to_string(why)));
        const auto self = std::exchange(self_, nullptr);
        transport_.reset();
    }

private:
    void relay(std::unique_ptr<bastion::channel> opened, tcp::socket target)
    {
        say("open");
        bastion::relay::start(std::move(opened), std::move(target), [](const bastion::relay::result& after) {
            std::ostringstream line;
            line << "closed " << static_cast<int>(after.how) << " up " << after.to_target << " down "
                 << after.to_client;
            say(line.str());
        });
    }

    asio::io_context& loop_;
    const options& wanted_;
    std::shared_ptr<bastion::transport> transport_;
    std::shared_ptr<session> self_;  // until on_end()
};

class listener {
public:
    listener(asio::io_context& loop, const options& wanted) :
        loop_(loop), wanted_(wanted), server_(std::make_shared<bastion::server>(wanted.server)),
        acceptor_(loop, {asio::ip::address_v4::loopback(), 0})
    {
        say("port " + std::to_string(acceptor_.local_endpoint().port()));
        accept();
    }

    // The loop runs out of work then.
    void close()
    {
        acceptor_.close();
        for (const auto& one : sessions_)
            if (const auto running = one.lock()) running->end();
    }

private:
    void accept()
    {
        acceptor_.async_accept([this](const boost::system::error_code& failed, tcp::socket peer) {
            if (failed) return;
            const auto made = std::make_shared<session>(loop_, wanted_);
            made->begin(server_, peer.release());
            std::erase_if(sessions_, [](const auto& one) { return one.expired(); });
            sessions_.push_back(made);
            accept();
        });
    }

    asio::io_context& loop_;
    const options& wanted_;
    std::shared_ptr<bastion::server> server_;
    tcp::acceptor acceptor_;
    std::vector<std::weak_ptr<session>> sessions_;
};

options parse(int count, char** words)
{
    options wanted;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string name = words[i], value = words[i + 1];
        if (name == "--host-key") wanted.server.host_keys.push_back(value);
        else if (name == "--user") wanted.user = value;
        else if (name == "--key") std::ifstream(value) >> wanted.key_type >> wanted.key;
        else if (name == "--rekey-bytes") wanted.server.rekey_bytes = std::stoull(value);
        else if (name == "--grace-ms") wanted.server.login_grace = std::chrono::milliseconds(std::stoi(value));
        else if (name == "--tries") wanted.server.max_auth_tries = static_cast<unsigned>(std::stoul(value));
        else if (name == "--channels") wanted.server.channels = static_cast<unsigned>(std::stoul(value));
        else if (name == "--fips") wanted.server.user_keys.fips = value == "yes";
        else if (name == "--banner") wanted.banner = value;
        else if (name == "--console") wanted.console = value == "yes";
        else throw std::runtime_error("unknown option " + name);
    }
    return wanted;
}

}  // namespace

int main(int count, char** words)
try {
    std::signal(SIGPIPE, SIG_IGN);
    bastion::require_libssh();
    const auto wanted = parse(count, words);
    asio::io_context loop(1);
    listener door(loop, wanted);
    asio::signal_set signals(loop, SIGTERM, SIGINT);
    signals.async_wait([&](const boost::system::error_code&, int) { door.close(); });
    loop.run();
    return 0;
} catch (const std::exception& error) {
    std::cerr << "ssh_transport_server: " << error.what() << '\n';
    return 1;
}
