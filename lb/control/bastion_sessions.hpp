#pragma once

#include "conf/bastion.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace gatehouse::lb {

// Whether SSH sessions lead to an instance, as the bastion that the same file configures tells at its admin endpoint. Where
// nobody listens there, no bastion runs on this node and there are none. Lives on the control thread; `out` must outlive
// the executor's loop.
class bastion_sessions {
public:
    bastion_sessions(boost::asio::any_io_executor control, service::log& out);
    ~bastion_sessions();  // questions under way are not waited for
    bastion_sessions(const bastion_sessions&) = delete;
    bastion_sessions& operator=(const bastion_sessions&) = delete;

    // An endpoint on a free port cannot be asked.
    void configure(const std::optional<conf::bastion>& settings);
    bool configured() const noexcept;

    // As it was told within the last seconds. No value until then, nor while the bastion gives no clear answer. Whoever
    // is named here is asked about every few seconds, so call it as long as the answer matters.
    std::optional<bool> lead_to(const std::string& instance, std::int64_t now_ms);

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::lb
