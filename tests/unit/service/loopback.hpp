#pragma once

#include "service/admin_server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <future>
#include <string>
#include <string_view>
#include <thread>

namespace gatehouse::service {

// An admin server on a free loopback port, with its own thread. Add routes first, then start().
class running_admin {
public:
    running_admin()
        : out([this](std::string_view line) { logged += line; }, log::format::logfmt), server(loop, out)
    {}
    ~running_admin()
    {
        boost::asio::post(loop, [this] { server.stop(); });
        if (thread_.joinable())
            thread_.join();
        else
            loop.run();
    }
    running_admin(const running_admin&) = delete;
    running_admin& operator=(const running_admin&) = delete;

    void start(const std::string& token = {}, int inherited = -1)
    {
        server.start({"127.0.0.1", 0}, token, inherited);
        port = server.address().port;
        thread_ = std::thread([this] { loop.run(); });
    }

    // Orders what the server's thread did for a client before what the test looks at, and the other way
    // round.
    void settle()
    {
        std::promise<void> reached;
        boost::asio::post(loop, [&reached] { reached.set_value(); });
        reached.get_future().wait();
    }

    std::string logged;
    boost::asio::io_context loop{1};
    log out;
    admin_server server;
    std::uint16_t port = 0;

private:
    std::thread thread_;
};

// A client that sends bytes as given. A read that gets nothing for 5 s ends, so that a failure does not hang.
class raw_client {
public:
    explicit raw_client(std::uint16_t port)
    {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
        const timeval patience{5, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }

    void send(std::string_view bytes)
    {
        boost::system::error_code ignored;  // the server may have answered and closed already
        boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    }

    // What arrives until `end` does, or the server closes.
    std::string read_until(std::string_view end)
    {
        std::string all;
        char byte = 0;
        while (!all.ends_with(end) && ::recv(socket_.native_handle(), &byte, 1, 0) == 1) all += byte;
        return all;
    }
    std::string read_all()
    {
        std::string all;
        char some[4096];
        for (ssize_t got = 0; (got = ::recv(socket_.native_handle(), some, sizeof some, 0)) > 0;)
            all.append(some, static_cast<std::size_t>(got));
        return all;
    }

    // Whether the server has closed, or does so within 5 s; what it still sent is dropped.
    bool is_closed()
    {
        read_all();
        char byte = 0;
        return ::recv(socket_.native_handle(), &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET;
    }
    bool has_answer()
    {
        char byte = 0;
        return ::recv(socket_.native_handle(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 1;
    }

private:
    boost::asio::io_context unused_;
    boost::asio::ip::tcp::socket socket_{unused_};
};

// One request on a connection of its own; `fields` are whole lines. The whole answer, head and body.
inline std::string ask(std::uint16_t port, std::string_view request_line, std::string_view fields = {},
                       std::string_view body = {})
{
    raw_client client(port);
    std::string request(request_line);
    request += " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nConnection: close\r\n";
    request += fields;
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    client.send((request += "\r\n") += body);
    return client.read_all();
}

inline std::string status_of(std::string_view answer)
{
    return std::string(answer.substr(0, answer.find('\r')));
}

inline std::string body_of(std::string_view answer)
{
    const auto end = answer.find("\r\n\r\n");
    return end == answer.npos ? std::string() : std::string(answer.substr(end + 4));
}

}  // namespace gatehouse::service
