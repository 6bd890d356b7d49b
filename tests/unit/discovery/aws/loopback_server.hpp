#pragma once

#include "discovery/aws/request.hpp"
#include "discovery/aws/url.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::discovery::aws::stage {

// A request as the server got it.
struct seen_request {
    std::string method, target, body;
    std::map<std::string, std::string> fields;  // names in lower case
    std::size_t connection = 0;                 // 1 for the first that was accepted, ...

    std::string field(const std::string& name) const
    {
        const auto found = fields.find(name);
        return found == fields.end() ? "" : found->second;
    }
};

struct reply {
    enum class after {
        keep,     // waits for the next request
        close,    // hangs up, without having said so
        silence,  // says nothing, and waits for the client to hang up
        hang_up,  // says nothing, and hangs up
    };
    unsigned status = 200;
    std::string body = {};
    after then = after::keep;
    std::vector<http_field> fields = {};
    std::string raw = {};  // in place of all that, where it is not empty
};

// A server on a loopback port of its own, on the loop given, until that goes. `answer` is asked once for each
// request.
class loopback_server {
public:
    using responder = std::function<reply(const seen_request&)>;

    loopback_server(boost::asio::io_context& loop, responder answer,
                    std::shared_ptr<boost::asio::ssl::context> tls = nullptr);
    loopback_server(const loopback_server&) = delete;
    loopback_server& operator=(const loopback_server&) = delete;

    url origin() const;  // http://127.0.0.1:PORT/, or https
    std::string text() const;
    void shut() { state_->acceptor.close(); }  // connections are refused from now on
    const std::vector<seen_request>& requests() const { return state_->requests; }
    std::size_t connections() const { return state_->connections; }

private:
    struct state {
        state(boost::asio::io_context& loop, responder with) : acceptor(loop), answer(std::move(with)) {}
        boost::asio::ip::tcp::acceptor acceptor;
        std::uint16_t port = 0;
        responder answer;
        std::shared_ptr<boost::asio::ssl::context> tls;
        std::vector<seen_request> requests;
        std::size_t connections = 0;
    };
    static boost::asio::awaitable<void> accept(std::shared_ptr<state> self);
    static boost::asio::awaitable<void> serve(std::shared_ptr<state> self, boost::asio::ip::tcp::socket peer,
                                              std::size_t number);
    template <class Stream>
    static boost::asio::awaitable<void> converse(std::shared_ptr<state> self, Stream& stream,
                                                 std::size_t number);

    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::discovery::aws::stage
