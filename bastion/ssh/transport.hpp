#pragma once

#include "bastion/ssh/session_handler.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

class server;

// What was agreed in the key exchange, for the audit log. Empty before.
struct negotiated {
    std::string client_version;  // "SSH-2.0-OpenSSH_9.2p1 Debian-2", as the client wrote it
    std::string key_exchange, cipher;
};

// One client's SSH connection on one worker, from the first byte on. Keeps itself alive until it has ended.
class transport {
public:
    // Takes over `descriptor`, a connected TCP socket. Null when the system refuses (memory, descriptors); the
    // descriptor is closed then.
    static std::shared_ptr<transport> start(boost::asio::io_context& loop, std::shared_ptr<server> by,
                                              int descriptor, session_handler& handler);

    virtual ~transport() = default;

    // Text the user sees before the login succeeds: from on_public_key() only. Lines end in "\r\n".
    virtual void send_banner(std::string_view text) = 0;

    // Ends it soon, outside the present call. The first reason stays.
    virtual void end(end_reason why) = 0;

    virtual struct negotiated negotiated() const = 0;
};

}  // namespace gatehouse::bastion
