#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::lb::stage {

// A server on a loopback port of its own that answers every request with the same bytes. Runs on the loop
// given, until that goes.
class loopback_target {
public:
    enum class after { close, hold };  // what it does with a connection once it has answered

    explicit loopback_target(boost::asio::io_context& loop,
                             std::shared_ptr<boost::asio::ssl::context> tls = nullptr);

    boost::asio::ip::tcp::endpoint endpoint() const { return state_->acceptor.local_endpoint(); }
    void answer(std::string bytes, after then = after::close);
    void shut() { state_->acceptor.close(); }  // connections are refused from now on
    const std::vector<std::string>& requests() const { return state_->requests; }
    std::size_t connections() const { return state_->connections; }

private:
    struct state {
        explicit state(boost::asio::io_context& loop) : acceptor(loop) {}
        boost::asio::ip::tcp::acceptor acceptor;
        std::shared_ptr<boost::asio::ssl::context> tls;
        std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        after then = after::close;
        std::vector<std::string> requests;
        std::size_t connections = 0;
    };
    static boost::asio::awaitable<void> accept(std::shared_ptr<state> self);
    static boost::asio::awaitable<void> serve(std::shared_ptr<state> self, boost::asio::ip::tcp::socket peer);
    static boost::asio::awaitable<void> serve_tls(std::shared_ptr<state> self,
                                                  boost::asio::ip::tcp::socket peer);
    template <class Stream>
    static boost::asio::awaitable<void> respond(std::shared_ptr<state> self, Stream& stream);

    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::lb::stage
