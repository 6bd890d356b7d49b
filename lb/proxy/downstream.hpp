#pragma once

#include "lb/io/gather.hpp"
#include "lb/io/transport.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::lb {

// What is known of the client for every exchange on its connection. Set once, after the handshake.
struct client_facts {
    boost::asio::ip::tcp::endpoint source;  // of the PROXY header where trusted, else the peer
    std::string address;                    // text of source without port
    std::string listener_address;           // "10.0.0.4:443", the address the client reached
    std::string listener_port;              // "443"
    std::string connection_trace_id;        // TID_<32 hex>; empty while nothing logs it
    bool secure = false;
};

// The client's side of one exchange: an HTTP/1 connection, or one stream of several on a connection.
class downstream {
public:
    virtual const client_facts& facts() const noexcept = 0;
    virtual const tls_channel* tls() const noexcept = 0;

    // Sends or keeps all of it. After blocked, relay::on_client_writable comes when it is gone.
    virtual transport::io send(gather& what) = 0;
    virtual bool send_blocked() const noexcept = 0;

    virtual bool wants_close() const noexcept = 0;  // should this response be the connection's last?

    // The target takes request bytes (again): call relay::feed with what there is.
    virtual void resume_request() = 0;

    // The exchange is over, and this call is the last thing the relay does in it: it may be given back inside.
    enum class ending : std::uint8_t {
        keep,   // everything was said; the next request may follow
        close,  // everything was said, as the client asked for: nothing more comes from it
        linger,  // everything was said, and the client was told to close: what it still sends is ignored
        abort,  // the response could not be completed: the connection must end visibly broken
    };
    virtual void exchange_over(ending how) = 0;

    // A tunnel's target will send no more.
    virtual void shutdown_send() = 0;

protected:
    ~downstream() = default;
};

}  // namespace gatehouse::lb
