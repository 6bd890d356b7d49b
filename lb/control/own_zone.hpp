#pragma once

#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace gatehouse::lb {

// Learns from the instance metadata which availability zone this node is in, for `cross_zone: false` without `lb.zone`.
// Lives on the control thread; `out` must outlive the executor's loop.
class own_zone {
public:
    // `found` is called when it is known, once for each endpoint.
    own_zone(boost::asio::any_io_executor control, service::log& out, std::function<void(const std::string&)> found);
    ~own_zone();
    own_zone(const own_zone&) = delete;
    own_zone& operator=(const own_zone&) = delete;

    // Asks `imds_endpoint` (a URL), and again every minute until it answers. A later call with the same one changes
    // nothing.
    void look(const std::string& imds_endpoint);

private:
    struct state;
    void stop() noexcept;

    boost::asio::any_io_executor control_;
    service::log& out_;
    std::function<void(const std::string&)> found_;
    std::string endpoint_;
    std::shared_ptr<state> state_;  // of the search for it; null before the first
};

}  // namespace gatehouse::lb
