#include "tests/unit/bastion/house.hpp"

#include <utility>

namespace gatehouse::bastion {

discovery::member server(std::string id, const char* address, std::string name, discovery::lifecycle state)
{
    discovery::member made;
    made.id = std::move(id);
    made.address = boost::asio::ip::make_address(address);
    made.name = std::move(name);
    made.state = state;
    return made;
}

discovery::inventory::value_type group(std::string name, std::vector<discovery::member> members)
{
    discovery::group_snapshot made;
    made.group = name;
    made.members = discovery::normalised(std::move(members));
    return {std::move(name), std::make_shared<const discovery::group_snapshot>(std::move(made))};
}

std::vector<std::string> ids_of(const std::vector<resident>& residents)
{
    std::vector<std::string> ids;
    for (const auto& one : residents) ids.push_back(one.group() + '/' + one.who->id);
    return ids;
}

}  // namespace gatehouse::bastion
