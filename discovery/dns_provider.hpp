#pragma once

#include "discovery/provider_setup.hpp"

namespace gatehouse::discovery {

// `dns:`: every A and AAAA record of a name is a member, looked up again every `refresh`, give or take a
// tenth. See dns_membership for who leaves when.
class dns_provider final : public provider {
public:
    dns_provider(std::string group, conf::dns_source source, provider_setup setup);
    ~dns_provider() override;
    dns_provider(const dns_provider&) = delete;
    dns_provider& operator=(const dns_provider&) = delete;
    void start(publish to) override;

private:
    struct state;
    std::shared_ptr<state> state_;  // shared with the coroutine that follows the name, which ends on its own
};

}  // namespace gatehouse::discovery
