#include "lb/worker/worker_loop.hpp"

#include <random>

namespace gatehouse::lb {
namespace {

std::uint64_t seed()
{
    std::random_device source;
    return (static_cast<std::uint64_t>(source()) << 32) | source();
}

}  // namespace

worker_loop::worker_loop(boost::asio::io_context& on, unsigned number, door& whole, worker_stats& counters,
                         access_log::lane& records) :
    loop(on), index(number), shared(whole), stats(counters), log(records), events(on), buried(on), pool(*this), relays(*this),
    random_state_(seed())
{
    deadlines.advance(clock.ms());
}

group_state& worker_loop::state_of(const std::string& group)
{
    const auto found = states_.find(group);
    return found != states_.end() ? found->second : states_.try_emplace(group, seed()).first->second;
}

std::uint64_t worker_loop::random() noexcept
{
    // splitmix64 (public domain, Vigna): one addition and two multiplications
    auto z = random_state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

}  // namespace gatehouse::lb
