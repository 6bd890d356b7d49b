#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace gatehouse::discovery::aws {

// When a terminating instance that Auto Scaling holds for us in Terminating:Wait may go. Decides only: asked every second
// or so with what is known, answers with what to tell Auto Scaling. One per instance; steady milliseconds throughout.
class hook_duty {
public:
    // Of nodes that let sessions through, such as SSH's, which end when their people are done.
    struct session_terms {
        std::chrono::milliseconds settled{2'000};  // until this node opens no new one, as it knows that the instance leaves
        std::chrono::milliseconds longest{0};      // how long one is waited for; 0 = as long as Auto Scaling waits
        bool operator==(const session_terms&) const = default;
    };
    struct settings {
        std::chrono::milliseconds delay{300'000};      // deregistration_delay, the longest of its target groups
        std::chrono::milliseconds heartbeat{60'000};   // of the hook: how long Auto Scaling waits without a word
        std::optional<session_terms> sessions = {};    // empty: no node has any
    };
    struct facts {
        bool in_use = false;    // requests of this node still run on it
        bool alone = false;     // no other node can have any: this one is the only one of its own group
        bool sessions = false;  // some of this node lead to it, or nobody can tell
    };
    enum class action { none, heartbeat, complete };
    enum class cause {
        drain,     // requests, or the time that everybody gets for them
        sessions,  // of this node
        others,    // this node has nothing on it, but others may have sessions
        nothing,
    };

    // Begins when the instance is first seen waiting.
    hook_duty(settings with, std::int64_t now_ms) : settings_(with), since_(now_ms), spoken_(now_ms) {}

    // What it is held for. Requests are over once nothing of ours runs on it, and either nobody else's can for a moment, or
    // the delay is over for everybody; at the latest a while after the delay, whatever runs. Sessions come behind them.
    cause held_for(facts seen, std::int64_t now_ms) const noexcept;

    // heartbeat when the hook would otherwise run out, complete when nothing holds it. Nothing is said for the sake of
    // `others`: those with sessions send heartbeats, and once nobody does, the hook runs out by itself.
    // The caller tells by done() that Auto Scaling heard it; until then the same answer comes again.
    action observe(facts seen, std::int64_t now_ms) const noexcept;
    void done(action told, std::int64_t now_ms) noexcept;

    bool completed() const noexcept { return completed_; }

private:
    settings settings_;
    std::int64_t since_, spoken_;  // spoken_: the last time Auto Scaling heard of it
    bool completed_ = false;
};

}  // namespace gatehouse::discovery::aws
