#pragma once

#include "lb/log/access_record.hpp"

#include <array>
#include <string_view>

namespace gatehouse::lb {

// The pieces of the URL a request is logged with, to be written one after the other: ALB's
// scheme://host:port/path, with the client's Host (the listener's address when there was none) and the
// listener's port where the Host names none. A target that is no path (absolute-form, "*", what a malformed
// request line held) stands as received. Views into the record.
std::array<std::string_view, 4> logged_url(const access_record& record) noexcept;

// "10.0.0.4:443", "[::1]:443" cut at the port; the brackets go. Without a port, `port` is empty.
struct endpoint_text {
    std::string_view address, port;
};
endpoint_text split_endpoint(std::string_view text) noexcept;

}  // namespace gatehouse::lb
