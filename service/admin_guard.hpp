#pragma once

#include "service/admin_server.hpp"

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::service {

using admin_head = boost::beast::http::header<true, boost::beast::http::fields>;

// {"error": "..."} with its status.
admin_response admin_error(unsigned status, std::string_view what);

// Whether both are equal, in a time that depends on neither.
bool same_secret(std::string_view given, std::string_view expected);

// Why a request must not be served, judged by its head alone; empty when it may be. Refuses framing that two
// readers could take differently (RFC 9112 section 6.1), and state-changing requests that a web page of
// another origin may have caused, or that lack the bearer token where one is set.
std::optional<admin_response> refuse(const admin_head& head, std::string_view token);

}  // namespace gatehouse::service
