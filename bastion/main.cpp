#include "bastion/control/admin_api.hpp"
#include "bastion/control/jump_host.hpp"
#include "bastion/ssh/server.hpp"
#include "service/daemon.hpp"

#include <memory>
#include <utility>

using namespace gatehouse;

namespace {

class bastion_daemon final : public service::daemon {
public:
    explicit bastion_daemon(service::daemon_start from) :
        host_(from.control, std::move(from.settings), std::move(from.inherited), from.out)
    {
    }

    void add_routes(service::admin_server& to) override { bastion::add_admin_routes(to, host_); }
    std::vector<std::string> reload() override { return host_.reload(); }
    void drain(std::function<void()> done) override { host_.drain(std::move(done)); }
    std::chrono::milliseconds drain_within() const override { return host_.settings().bastion->limits.drain; }
    bool draining() const override { return host_.draining(); }
    std::vector<service::opened_socket> sockets() const override { return host_.sockets(); }
    bool alive() const override { return host_.alive(); }

private:
    bastion::jump_host host_;
};

}  // namespace

int main(int argc, char** argv)
{
    return service::run_daemon(
        argc, argv,
        {.program = "gatehouse-bastion",
         .section = conf::used_by::bastion,
         .admin_of = [](const conf::config& from) { return from.bastion ? &from.bastion->admin : nullptr; },
         .make =
             [](service::daemon_start from) {
                 bastion::require_libssh();
                 return std::make_unique<bastion_daemon>(std::move(from));
             }});
}
