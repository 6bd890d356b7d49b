#include "discovery/instances_provider.hpp"

#include <utility>

namespace gatehouse::discovery {

instances_provider::instances_provider(std::string group, const conf::instances_source& source,
                                       provider_setup setup)
    : group_(std::move(group)), members_(to_members(source.members)), setup_(std::move(setup))
{}

void instances_provider::start(publish to)
{
    to(std::make_shared<const group_snapshot>(group_snapshot{group_, members_, setup_.now()}));
}

}  // namespace gatehouse::discovery
