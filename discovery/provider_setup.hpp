#pragma once

#include "conf/group.hpp"
#include "discovery/name_service.hpp"
#include "discovery/provider.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::discovery {

namespace aws {
class asg_poller;
}

// What a provider is given to work with. `out` must outlive the executor's loop.
struct provider_setup {
    provider_setup(boost::asio::any_io_executor control, service::log& log)
        : executor(std::move(control)), out(log)
    {}

    boost::asio::any_io_executor executor;  // the control thread's
    service::log& out;
    std::function<void(poll_result)> polled = [](poll_result) {};  // told of every look at the source
    std::shared_ptr<const group_snapshot> last_known;              // of the same source; may be null
    std::shared_ptr<name_service> names = std::make_shared<system_names>();
    std::shared_ptr<aws::asg_poller> auto_scaling;  // for groups that follow Auto Scaling Groups
    std::chrono::milliseconds file_interval = std::chrono::seconds(1);  // between two looks at a watched file
    std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

using provider_factory = std::function<std::unique_ptr<provider>(const conf::group&, provider_setup)>;

// The provider for what a group is configured with.
std::unique_ptr<provider> make_provider(const conf::group& settings, provider_setup setup);

// The `provider` label of a group's polls: "instances", "file", "dns" or "asg".
std::string_view provider_name(const conf::group& settings) noexcept;

// A member as the configuration lists it. Throws std::logic_error when its address is no IP literal, which
// the configuration's parser refuses.
member to_member(const conf::instance& listed);

// The members of a list in the configuration's form, ordered by id.
std::vector<member> to_members(const std::vector<conf::instance>& listed);

}  // namespace gatehouse::discovery
