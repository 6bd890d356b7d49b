#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace gatehouse::service {

// A PROXY protocol header, version 1 or 2 (haproxy.org/download/2.6/doc/proxy-protocol.txt).
struct proxy_header {
    enum class status { need_more, complete, bad };
    status state = status::need_more;
    std::size_t size = 0;  // complete: bytes of the header
    // The client and the address it connected to; absent for LOCAL and UNKNOWN: use the socket's own.
    std::optional<boost::asio::ip::tcp::endpoint> source, destination;
};

// Reads the header at the start of `bytes`. Bad as soon as the bytes cannot become one; a v2 header may be at
// most 4 KiB with its TLVs, a v1 line 107 bytes. A CRC32C TLV is verified.
proxy_header parse_proxy_header(std::string_view bytes);

}  // namespace gatehouse::service
