#include "bastion/limits/source_penalties.hpp"

#include <algorithm>

namespace gatehouse::bastion {
namespace {

std::chrono::seconds price(offence what)
{
    switch (what) {
    case offence::failed_login: return std::chrono::seconds(5);
    case offence::no_login: return std::chrono::seconds(1);
    case offence::grace_exceeded: break;
    }
    return std::chrono::seconds(10);
}

}  // namespace

std::string_view to_string(offence what) noexcept
{
    switch (what) {
    case offence::failed_login: return "failed_login";
    case offence::no_login: return "no_login";
    case offence::grace_exceeded: return "grace_exceeded";
    }
    return "unknown";
}

void source_penalties::configure(const conf::source_penalties& settings)
{
    std::vector<service::address_block> exempt(settings.exempt.begin(), settings.exempt.end());
    const std::lock_guard hold(mutex_);
    enabled_ = settings.enabled;
    exempt_ = std::move(exempt);
}

void source_penalties::penalise(const boost::asio::ip::address& source, offence what, time_point now)
{
    const std::lock_guard hold(mutex_);
    if (!counts(source)) return;
    const source_key key(source);
    const auto* before = sources_.find(key, now);
    const auto expires = std::min((before ? before->expires : now) + price(what), now + longest);
    const bool enforced = (before && before->value.enforced) || expires - now >= enforced_from;
    sources_.put(key, expires, {what, enforced}, now);
}

std::optional<std::chrono::steady_clock::duration> source_penalties::refused_for(const boost::asio::ip::address& source,
                                                                                 time_point now)
{
    const std::lock_guard hold(mutex_);
    if (!counts(source)) return std::nullopt;
    const auto* found = sources_.find(source_key(source), now);
    if (!found || !found->value.enforced) return std::nullopt;
    return found->expires - now;
}

std::vector<source_penalties::penalty> source_penalties::list(time_point now)
{
    std::vector<penalty> all;
    const std::lock_guard hold(mutex_);
    sources_.each(now, [&](const source_key& key, const auto& one) {
        all.push_back({to_string(key), one.value.last, one.expires - now, one.value.enforced});
    });
    return all;
}

bool source_penalties::forgive(const boost::asio::ip::address& source)
{
    const std::lock_guard hold(mutex_);
    return sources_.erase(source_key(source));
}

bool source_penalties::counts(const boost::asio::ip::address& source) const
{
    const auto holds = [&source](const service::address_block& block) { return block.contains(source); };
    return enabled_ && std::ranges::none_of(exempt_, holds);
}

}  // namespace gatehouse::bastion
