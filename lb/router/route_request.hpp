#pragma once

#include "lb/http/request_head.hpp"

#include <boost/asio/ip/address.hpp>

#include <string_view>

namespace gatehouse::lb {

// What rules look at. Views and references must outlive the call only.
struct route_request {
    const http::request_head& head;
    std::string_view bytes;           // of the head
    boost::asio::ip::address source;  // the client, by the PROXY header where trusted
};

// The host of the request without its port, as sent; an IPv6 literal keeps its brackets. Empty when it named
// none.
std::string_view host_of(const route_request& asked) noexcept;

// The path as sent; "/" for an absolute-form target without one, which means the same (RFC 9110 4.2.3).
std::string_view path_of(const route_request& asked) noexcept;

}  // namespace gatehouse::lb
