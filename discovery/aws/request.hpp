#pragma once

#include <string>
#include <vector>

namespace gatehouse::discovery::aws {

struct http_field {
    std::string name, value;  // neither holds a line end
};

// One request to an AWS endpoint, before it is a connection's business.
struct http_request {
    std::string method = "POST";
    std::string host;                // no scheme; with its port when that is not the scheme's own
    std::string path = "/";          // as it stands in the request line, so percent-encoded already
    std::string query;               // the same, without its '?'
    std::vector<http_field> fields;  // without Host, which is `host`, and what the connection adds itself
    std::string body;
};

}  // namespace gatehouse::discovery::aws
