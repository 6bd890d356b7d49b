#include "bastion/console/server_table.hpp"

#include "bastion/policy/target_address.hpp"

namespace gatehouse::bastion {

std::string place_of(const resident& one)
{
    return one.group() + '.' + std::to_string(one.who - one.home->members.data() + 1);
}

std::string ports_text(const std::vector<std::uint16_t>& ports)
{
    std::string text;
    for (const auto port : ports) (text += text.empty() ? "" : ",") += std::to_string(port);
    return text;
}

server_table::server_table() : rows_({"INSTANCE", "NAME", "ADDRESS", "ZONE", "GROUP.N", "STATE", "PORTS"}) {}

void server_table::add(const resident& one, const std::vector<std::uint16_t>& open)
{
    if (rows_.full()) return rows_.skip(1);
    rows_.add({one.who->id, one.who->name, plain(one.who->address).to_string(), one.who->zone, place_of(one),
               std::string(discovery::to_string(one.who->state)), ports_text(open)});
}

}  // namespace gatehouse::bastion
