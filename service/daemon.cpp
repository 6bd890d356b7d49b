#include "service/daemon.hpp"

#include "service/command_line.hpp"
#include "service/exit_code.hpp"
#include "service/notify.hpp"
#include "service/signals.hpp"
#include "service/sockets.hpp"

#include <exception>
#include <iostream>
#include <utility>

namespace gatehouse::service {
namespace {

// What is left to do once everything has drained: logs to write, threads to join.
constexpr std::chrono::seconds after_drain(15);

std::shared_ptr<const conf::config> load_or_complain(const std::string& file, const daemon_kind& kind, log& out)
{
    auto loaded = conf::load(file, kind.section);
    for (const auto& problem : loaded.problems) std::cerr << conf::to_string(problem) << '\n';
    if (loaded.value && !kind.admin_of(*loaded.value)) {
        std::cerr << file << ": the section of " << kind.program << " is missing\n";
        loaded.value = nullptr;
    }
    if (!loaded.value) out.error("configuration refused", {{"file", file}, {"problems", loaded.problems.size()}});
    return loaded.value;
}

// One event that fails must not take the door with it.
void run(boost::asio::io_context& control, log& out)
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

int serve(const command_line& options, const daemon_kind& kind, std::shared_ptr<const conf::config> settings, log& out)
{
    boost::asio::io_context control(1);
    notify systemd;
    auto inherited = take_activation_sockets();
    const auto admin_settings = *kind.admin_of(*settings);
    out.info("starting", {{"version", GATEHOUSE_VERSION}, {"descriptors", raise_descriptor_limit()}});

    // The admin port first: a second instance started by mistake must fail before it takes connections of the first.
    admin_server admin(control, out);
    const auto admin_socket = inherited.extract("admin");
    admin.start(admin_settings.bind, admin_settings.token, admin_socket ? admin_socket.mapped().front() : -1);
    const auto served = kind.make({control, std::move(settings), std::move(inherited), out});
    served->add_routes(admin);

    const signals handled(
        control,
        [&] {
            if (served->draining()) return;
            systemd.reloading();
            served->reload();
            systemd.ready();
        },
        [&] {
            systemd.stopping(served->drain_within() + after_drain);
            served->drain([&] { control.stop(); });
        });
    auto sockets = served->sockets();
    sockets.push_back({"admin", admin.address()});
    report_ready(sockets, options.ready_file);
    systemd.ready();
    systemd.start_watchdog(control.get_executor(), [&] { return served->alive(); });
    run(control, out);
    out.info("stopped");
    return exit_code::ok;
}

}  // namespace

int run_daemon(int argc, char** argv, const daemon_kind& kind)
{
    const auto parsed = parse_command_line(argc, argv, kind.program);
    if (!parsed.value) return parsed.exit_code;
    log out(*log_format(parsed.value->log_format), *log_level(parsed.value->log_level));
    try {
        auto settings = load_or_complain(parsed.value->config, kind, out);
        return settings ? serve(*parsed.value, kind, std::move(settings), out) : exit_code::bad_configuration;
    } catch (const std::exception& failed) {
        out.error("cannot go on", {{"reason", failed.what()}});
        return exit_code::problem;
    }
}

}  // namespace gatehouse::service
