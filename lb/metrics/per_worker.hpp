#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

namespace gatehouse::lb {

// One block of counters for each worker, each on cache lines of its own, so that no worker's counting slows
// another's. The blocks never move.
template <class Stats>
class per_worker {
public:
    explicit per_worker(unsigned workers) : blocks_(new block[workers]), workers_(workers) {}

    Stats& operator[](unsigned worker) noexcept { return blocks_[worker]; }

    // What `read(stats)` counts, over all workers.
    template <class Read>
    std::uint64_t sum(Read&& read) const
    {
        std::uint64_t total = 0;
        for (unsigned worker = 0; worker < workers_; ++worker)
            total += read(static_cast<const Stats&>(blocks_[worker]));
        return total;
    }

private:
    struct alignas(64) block : Stats {};

    std::unique_ptr<block[]> blocks_;
    unsigned workers_;
};

// The blocks of everything that goes by a name; a name's blocks stay once they were asked for.
template <class Name, class Stats>
using per_name = std::map<Name, per_worker<Stats>>;

}  // namespace gatehouse::lb
