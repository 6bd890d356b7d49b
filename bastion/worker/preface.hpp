#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <optional>

namespace gatehouse::bastion {

// What a PROXY header said; empty for LOCAL and UNKNOWN: use the socket's own.
struct announced {
    std::optional<boost::asio::ip::tcp::endpoint> source, destination;
};

// Reads the PROXY header of a connection and not one byte more. Calls `then` once with the descriptor, which it gives
// back, or -1 when there was no good header within 5 s; the descriptor is closed then. Keeps itself alive.
void read_preface(boost::asio::io_context& loop, int descriptor,
                  std::function<void(int descriptor, const announced& said)> then);

}  // namespace gatehouse::bastion
