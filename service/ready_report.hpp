#pragma once

#include "conf/units.hpp"

#include <string>
#include <vector>

namespace gatehouse::service {

struct opened_socket {
    std::string name;  // listener name, or "admin"
    conf::bind_address address;
};

// Prints "listening name=https address=127.0.0.1:40123" for each socket, then "ready", on stdout, and
// writes the same as JSON ({"ready":true,"pid":..,"listening":[{"name":..,"address":..}]}, by rename) to
// `ready_file` unless that is empty. Throws std::system_error when the file cannot be written.
void report_ready(const std::vector<opened_socket>& sockets, const std::string& ready_file);

}  // namespace gatehouse::service
