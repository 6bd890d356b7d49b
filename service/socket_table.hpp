#pragma once

#include "conf/units.hpp"
#include "service/ready_report.hpp"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace gatehouse::service {

// Where a listener is to be bound.
struct listener_binds {
    std::string name;
    std::vector<conf::bind_address> bind;
};

// A descriptor that is already listening. Who adopts it owns it.
struct listening_socket {
    int descriptor = -1;
    conf::bind_address address;
};

// Which addresses every listener is bound to, over reloads. Opens the sockets of a new configuration before anything
// of it takes effect, so that an address in use refuses the reload and changes nothing. Control thread only.
class socket_table {
public:
    // `inherited`: descriptors from systemd, by listener name; they serve in place of that listener's `bind`.
    socket_table(unsigned workers, std::map<std::string, std::vector<int>> inherited);
    ~socket_table();
    socket_table(const socket_table&) = delete;
    socket_table& operator=(const socket_table&) = delete;

    struct opened {  // [listener name] of one worker
        std::map<std::string, std::vector<listening_socket>> sockets;
        std::map<std::string, std::vector<conf::bind_address>> addresses;
    };
    // Sockets for each worker. Throws std::system_error naming the address, and then has opened nothing. Counts as
    // bound only after commit(); until then close() takes it back.
    std::vector<opened> open_for(const std::vector<listener_binds>& listeners);
    void commit() { bound_ = std::move(opening_); }

    static void close(const opened& unused) noexcept;  // the descriptors of an opening that is not used

    // Names of inherited descriptors that none of the listeners has; kept for one that a reload may bring.
    std::vector<std::string> unclaimed(const std::vector<listener_binds>& listeners) const;

    // What is bound now, for ready lines, status and explain.
    std::vector<opened_socket> bound() const;

private:
    struct key {
        std::string listener;
        conf::bind_address asked;
        auto operator<=>(const key& other) const
        {
            return std::tie(listener, asked.address, asked.port) <=>
                   std::tie(other.listener, other.asked.address, other.asked.port);
        }
        bool operator==(const key& other) const { return (*this <=> other) == 0; }
    };
    void open_inherited(const std::string& name, std::vector<opened>& into, std::map<key, conf::bind_address>& bound);

    unsigned workers_;
    std::map<std::string, std::vector<int>> inherited_;
    std::map<key, conf::bind_address> opening_;  // what bound_ becomes with commit()
    std::map<key, conf::bind_address> bound_;    // what the configuration asked for -> what it got
};

}  // namespace gatehouse::service
