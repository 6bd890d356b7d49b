#pragma once

#include "discovery/provider_setup.hpp"

namespace gatehouse::discovery {

// `instances:`: the configuration itself is the source. Publishes once, from start().
class instances_provider final : public provider {
public:
    instances_provider(std::string group, const conf::instances_source& source, provider_setup setup);
    void start(publish to) override;

private:
    std::string group_;
    std::vector<member> members_;
    provider_setup setup_;
};

}  // namespace gatehouse::discovery
