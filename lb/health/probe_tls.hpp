#pragma once

#include "conf/target_group.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <string>

namespace gatehouse::lb {

// The TLS settings a group's probes connect with: TLS 1.2 or newer, the target verified against `ca` or the
// system's store unless `verify` is off. Throws boost::system::system_error when `ca` cannot be used.
std::shared_ptr<boost::asio::ssl::context> make_probe_context(const conf::target_tls& settings);

// What the target's certificate must name: the server name where one is set, else its address.
struct probe_peer {
    std::string server_name;  // also sent as SNI; may be empty
    std::string address;      // IP literal
};

// Prepares one connection; before the handshake. Fails when the name cannot be sent.
bool expect_peer(SSL* connection, const probe_peer& peer);

// Why the last handshake of a connection failed: the verifier's own words where it was the verifier.
std::string handshake_failure(SSL* connection, const boost::system::error_code& failed);

}  // namespace gatehouse::lb
