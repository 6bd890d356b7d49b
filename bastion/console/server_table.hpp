#pragma once

#include "bastion/console/text_table.hpp"
#include "bastion/policy/target_names.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace gatehouse::bastion {

// "web.3", as target_names knows the server, too.
std::string place_of(const resident& one);

std::string ports_text(const std::vector<std::uint16_t>& ports);  // "22,2222"

// Instance, Name tag, address, zone, place in the group, state and open ports of servers.
class server_table {
public:
    server_table();
    void add(const resident& one, const std::vector<std::uint16_t>& open);
    text_table& rows() noexcept { return rows_; }

private:
    text_table rows_;
};

}  // namespace gatehouse::bastion
