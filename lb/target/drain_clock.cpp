#include "lb/target/drain_clock.hpp"

namespace gatehouse::lb {

namespace {

// A pending member does not drain: it was never let in.
bool leaving(const drain_clock::facts& seen) noexcept
{
    return !seen.member || seen.operator_drained || seen.state == discovery::lifecycle::terminating ||
           seen.state == discovery::lifecycle::standby;
}

}  // namespace

drain_clock::verdict drain_clock::observe(const facts& seen, std::int64_t now_ms,
                                          conf::duration delay) noexcept
{
    if (!leaving(seen)) {
        since_.reset();
        return {};
    }
    if (!since_) since_ = now_ms;
    const auto deadline = *since_ + delay.count();
    const bool expired = now_ms >= deadline;
    return {.drain = expired ? target::drain::expired : target::drain::draining,
            .deadline = deadline,
            .drained = seen.in_flight == 0 && (expired || !seen.member)};
}

}  // namespace gatehouse::lb
