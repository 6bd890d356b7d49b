#include "service/socket_table.hpp"

#include "service/sockets.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

namespace gatehouse::service {

socket_table::socket_table(unsigned workers, std::map<std::string, std::vector<int>> inherited) :
    workers_(workers), inherited_(std::move(inherited))
{
}

socket_table::~socket_table()
{
    for (const auto& [name, descriptors] : inherited_)
        for (const int descriptor : descriptors) ::close(descriptor);
}

std::vector<socket_table::opened> socket_table::open_for(const std::vector<listener_binds>& listeners)
{
    std::vector<opened> made(workers_);
    std::map<key, conf::bind_address> bound;
    try {
        for (const auto& listener : listeners) {
            if (inherited_.contains(listener.name)) {
                open_inherited(listener.name, made, bound);
                continue;
            }
            for (const auto& asked : listener.bind) {
                const auto known = bound_.find({listener.name, asked});
                conf::bind_address got = known != bound_.end() ? known->second : asked;
                for (auto& worker : made) {
                    if (known == bound_.end()) {
                        const int descriptor = listen_on(got);
                        got = local_address(descriptor);  // port 0: the others join the first one's
                        worker.sockets[listener.name].push_back({descriptor, got});
                    }
                    worker.addresses[listener.name].push_back(got);
                }
                bound[{listener.name, asked}] = got;
            }
        }
    } catch (...) {
        for (const auto& worker : made) close(worker);
        throw;
    }
    opening_ = std::move(bound);
    return made;
}

void socket_table::open_inherited(const std::string& name, std::vector<opened>& into,
                                  std::map<key, conf::bind_address>& bound)
{
    for (const int descriptor : inherited_[name]) {
        const auto got = local_address(descriptor);
        const bool known = bound_.contains({name, got});
        for (auto& worker : into) {
            worker.addresses[name].push_back(got);
            if (known) continue;
            // Every worker waits on the same socket: systemd's copy keeps its backlog over a restart.
            const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
            if (copy < 0) throw std::system_error(errno, std::generic_category(), "socket of listener " + name);
            worker.sockets[name].push_back({copy, got});
        }
        bound[{name, got}] = got;
    }
}

void socket_table::close(const opened& unused) noexcept
{
    for (const auto& [name, sockets] : unused.sockets)
        for (const auto& one : sockets) ::close(one.descriptor);
}

std::vector<std::string> socket_table::unclaimed(const std::vector<listener_binds>& listeners) const
{
    std::vector<std::string> names;
    for (const auto& [name, descriptors] : inherited_)
        if (std::ranges::find(listeners, name, &listener_binds::name) == listeners.end()) names.push_back(name);
    return names;
}

std::vector<opened_socket> socket_table::bound() const
{
    std::vector<opened_socket> all;
    for (const auto& [k, got] : bound_) all.push_back({k.listener, got});
    return all;
}

}  // namespace gatehouse::service
