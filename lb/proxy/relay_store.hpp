#pragma once

#include "lb/proxy/relay.hpp"

#include <boost/intrusive/list.hpp>

#include <memory>
#include <vector>

namespace gatehouse::lb {

// The relays of one worker: those in use, and spare ones whose memory is warm.
class relay_store {
public:
    explicit relay_store(worker_loop& home) noexcept : home_(home) {}
    ~relay_store();
    relay_store(const relay_store&) = delete;
    relay_store& operator=(const relay_store&) = delete;

    relay& take();
    void give_back(relay& one);

    // Ends every exchange on a target whose deregistration_delay is over.
    void end_expired();
    bool idle() const noexcept { return used_.empty(); }

private:
    static constexpr std::size_t most_spare = 256;
    worker_loop& home_;
    boost::intrusive::list<relay, boost::intrusive::base_hook<relay_hook>> used_;
    std::vector<std::unique_ptr<relay>> spare_;
};

}  // namespace gatehouse::lb
