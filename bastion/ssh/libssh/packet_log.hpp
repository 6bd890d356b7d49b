#pragma once

#include <cstdint>

namespace gatehouse::bastion {

// Counts the login requests (SSH_MSG_USERAUTH_REQUEST) among the packets that libssh reads on this thread while this
// lives. libssh leaves no message of one whose signature does not verify, and says the types of packets to its log
// alone; other packets may come at any time and mean nothing (RFC 4253, 11.2: some clients send SSH_MSG_IGNORE before
// each). For the time before a login only, as every packet becomes a line of text.
class packet_log {
public:
    explicit packet_log(std::uint64_t& login_requests);
    ~packet_log();
    packet_log(const packet_log&) = delete;
    packet_log& operator=(const packet_log&) = delete;
};

}  // namespace gatehouse::bastion
