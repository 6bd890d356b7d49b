#include "bastion/control/admin_api.hpp"
#include "bastion/control/jump_host.hpp"
#include "bastion/ssh/server.hpp"
#include "service/command_line.hpp"
#include "service/exit_code.hpp"
#include "service/notify.hpp"
#include "service/signals.hpp"
#include "service/sockets.hpp"

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>

using namespace gatehouse;

namespace {

// What is left to do once the last session has ended.
constexpr std::chrono::seconds after_drain(15);

std::shared_ptr<const conf::config> load_or_complain(const std::string& file, service::log& out)
{
    auto loaded = conf::load(file, conf::used_by::bastion);
    for (const auto& problem : loaded.problems) std::cerr << conf::to_string(problem) << '\n';
    if (loaded.value && !loaded.value->bastion) {
        std::cerr << file << ": bastion: missing, and this is the bastion\n";
        loaded.value = nullptr;
    }
    if (!loaded.value) out.error("configuration refused", {{"file", file}, {"problems", loaded.problems.size()}});
    return loaded.value;
}

// One event that fails must not take the door with it.
void run(boost::asio::io_context& control, service::log& out)
{
    for (;;) {
        try {
            control.run();
            return;
        } catch (const std::exception& failed) {
            out.error("an event failed, going on", {{"reason", failed.what()}});
        }
    }
}

int serve(const service::command_line& options, std::shared_ptr<const conf::config> settings, service::log& out)
{
    boost::asio::io_context control(1);
    service::notify systemd;
    auto inherited = service::take_activation_sockets();
    const auto admin_settings = settings->bastion->admin;
    out.info("starting", {{"version", GATEHOUSE_VERSION}, {"descriptors", service::raise_descriptor_limit()}});

    // The admin port first: a second instance started by mistake must fail before it takes connections of the first.
    service::admin_server admin(control, out);
    const auto admin_socket = inherited.extract("admin");
    admin.start(admin_settings.bind, admin_settings.token, admin_socket ? admin_socket.mapped().front() : -1);
    bastion::jump_host host(control, std::move(settings), std::move(inherited), out);
    bastion::add_admin_routes(admin, host);

    const service::signals handled(
        control,
        [&] {
            if (host.draining()) return;
            systemd.reloading();
            host.reload();
            systemd.ready();
        },
        [&] {
            systemd.stopping(host.settings().bastion->limits.drain + after_drain);
            host.drain([&] { control.stop(); });
        });
    auto sockets = host.sockets();
    sockets.push_back({"admin", admin.address()});
    service::report_ready(sockets, options.ready_file);
    systemd.ready();
    systemd.start_watchdog(control.get_executor(), [&] { return host.alive(); });
    run(control, out);
    out.info("stopped");
    return service::exit_code::ok;
}

}  // namespace

int main(int argc, char** argv)
{
    const auto parsed = service::parse_command_line(argc, argv, "gatehouse-bastion");
    if (!parsed.value) return parsed.exit_code;
    service::log out(*service::log_format(parsed.value->log_format), *service::log_level(parsed.value->log_level));
    try {
        bastion::require_libssh();
        auto settings = load_or_complain(parsed.value->config, out);
        return settings ? serve(*parsed.value, std::move(settings), out) : service::exit_code::bad_configuration;
    } catch (const std::exception& failed) {
        out.error("cannot go on", {{"reason", failed.what()}});
        return service::exit_code::problem;
    }
}
