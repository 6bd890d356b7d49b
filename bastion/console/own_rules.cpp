#include "bastion/console/own_rules.hpp"

#include <memory>
#include <utility>

namespace gatehouse::bastion {

std::vector<own_rule> own_rules(const asker& who, const conf::bastion& from)
{
    std::vector<own_rule> own;
    for (const auto& settings : from.rules) {
        access_rule compiled(settings);
        if (compiled.is_for(who)) own.push_back({&settings, std::move(compiled)});
    }
    return own;
}

resident anyone_of(std::string_view group)
{
    discovery::group_snapshot home;
    home.group = group;
    discovery::member anyone;
    anyone.address = boost::asio::ip::make_address("192.0.2.1");  // of documentation, never real
    home.members.push_back(std::move(anyone));
    auto shared = std::make_shared<const discovery::group_snapshot>(std::move(home));
    const auto* who = &shared->members.front();
    return {std::move(shared), who};
}

}  // namespace gatehouse::bastion
