#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::bastion {

enum class audit_event {
    login,
    login_refused,
    channel,  // before it is opened towards the target
    channel_refused,
    channel_end,
    command,  // `ssh bastion COMMAND`
    session_end,
};
std::string_view to_string(audit_event what) noexcept;  // "login", ...

// One event as the audit log tells it. What is empty is left out. Texts may hold whatever a client sent; they must live
// until the line is written.
struct audit_record {
    std::chrono::sys_time<std::chrono::microseconds> time;
    audit_event event = audit_event::login;
    std::string_view session;  // id, the same in all records of one session
    std::string_view principal;
    std::string_view key;     // fingerprint of the key that signed, "SHA256:..."
    std::string_view ca;      // fingerprint of the key that signed the certificate
    std::string_view key_id;  // of the certificate
    std::optional<std::uint64_t> serial;
    std::optional<boost::asio::ip::tcp::endpoint> source;  // the client's, behind a PROXY header where there is one
    std::string_view client;                               // its version line

    std::string_view requested;  // the name as the user typed it, or the command
    std::optional<std::uint16_t> requested_port;
    std::string_view instance, group;  // of the target
    std::optional<boost::asio::ip::tcp::endpoint> target;
    std::optional<boost::asio::ip::tcp::endpoint> local;  // of the bastion's socket: what the target's sshd logs
    std::string_view rule;

    std::optional<std::uint64_t> received_bytes, sent_bytes;  // from and to the client
    std::optional<std::chrono::microseconds> duration;
    std::string_view reason;  // of the refusal or the end
};

}  // namespace gatehouse::bastion
