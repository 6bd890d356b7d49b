#include "lb/control/admin_api.hpp"
#include "lb/control/load_balancer.hpp"
#include "service/daemon.hpp"

#include <memory>
#include <utility>

using namespace gatehouse;

namespace {

class door_daemon final : public service::daemon {
public:
    explicit door_daemon(service::daemon_start from) :
        door_(from.control, std::move(from.settings), std::move(from.inherited), from.out)
    {
    }

    void add_routes(service::admin_server& to) override { lb::add_admin_routes(to, door_); }
    std::vector<std::string> reload() override { return door_.reload(); }
    void drain(std::function<void()> done) override { door_.drain(std::move(done)); }
    std::chrono::milliseconds drain_within() const override { return door_.settings().lb->timeouts.drain; }
    bool draining() const override { return door_.draining(); }
    std::vector<service::opened_socket> sockets() const override { return door_.sockets(); }
    bool alive() const override { return door_.alive(); }

private:
    lb::load_balancer door_;
};

}  // namespace

int main(int argc, char** argv)
{
    return service::run_daemon(
        argc, argv,
        {.program = "gatehouse-lb",
         .section = conf::used_by::lb,
         .admin_of = [](const conf::config& from) { return from.lb ? &from.lb->admin : nullptr; },
         .make = [](service::daemon_start from) { return std::make_unique<door_daemon>(std::move(from)); }});
}
