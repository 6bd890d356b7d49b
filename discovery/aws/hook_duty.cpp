#include "discovery/aws/hook_duty.hpp"

namespace gatehouse::discovery::aws {
namespace {

// Drains end their last requests at the end of the delay; what still runs this much later never will end.
constexpr std::int64_t grace_ms = 30'000;
// Workers hear a moment later that an instance gets no more requests.
constexpr std::int64_t settled_ms = 2'000;

}  // namespace

hook_duty::cause hook_duty::held_for(facts seen, std::int64_t now_ms) const noexcept
{
    const auto waited = now_ms - since_;
    const auto delay = settings_.delay.count();
    const bool free_here = !seen.in_use && (waited >= delay || (seen.alone && waited >= settled_ms));
    if (!free_here && waited < delay + grace_ms) return cause::drain;
    if (!settings_.sessions) return cause::nothing;
    if (waited < settings_.sessions->settled.count()) return cause::drain;
    const auto longest = settings_.sessions->longest.count();
    if (longest != 0 && waited >= longest + grace_ms) return cause::nothing;
    if (seen.sessions) return cause::sessions;
    return seen.alone ? cause::nothing : cause::others;
}

hook_duty::action hook_duty::observe(facts seen, std::int64_t now_ms) const noexcept
{
    if (completed_) return action::none;
    const auto why = held_for(seen, now_ms);
    if (why == cause::nothing) return action::complete;
    // Thrice per timeout: two may be lost.
    const bool due = now_ms - spoken_ >= settings_.heartbeat.count() / 3;
    return due && why != cause::others ? action::heartbeat : action::none;
}

void hook_duty::done(action told, std::int64_t now_ms) noexcept
{
    if (told == action::none) return;
    spoken_ = now_ms;
    completed_ = completed_ || told == action::complete;
}

}  // namespace gatehouse::discovery::aws
