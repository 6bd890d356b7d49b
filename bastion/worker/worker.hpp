#pragma once

#include "bastion/rulebook.hpp"
#include "bastion/worker/house.hpp"
#include "service/socket_table.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace gatehouse::bastion {

class server;

// One thread's share of the bastion: its listening sockets and the guests that came through them. Everything but the
// constructor and last_turn_ms() runs on the worker's own thread.
class worker {
public:
    worker(boost::asio::io_context& loop, house& shared);  // both must outlive it
    ~worker();
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    // Decides by these rules from now on, and asks them again for everybody who is in. `addresses` are those that stay
    // open; `opened` are new and become the worker's. Null `ssh` keeps the present one for new connections.
    void adopt(rulebook_ptr rules, std::shared_ptr<server> ssh, std::vector<service::listening_socket> opened,
               const std::vector<conf::bind_address>& addresses);

    // Stops accepting, lets sessions go on until the deadline unless nothing is open in them, ends the rest then.
    // `done` is called once, when nobody is left. After adopt() of rules that say draining.
    void drain(std::chrono::milliseconds deadline, std::function<void()> done);

    // When its loop last turned (steady milliseconds), which it does every second. From any thread.
    std::int64_t last_turn_ms() const noexcept;

    void stop();  // closes everything at once, before the loop is stopped

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace gatehouse::bastion
