#pragma once

#include "lb/worker/worker.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <unordered_map>

namespace gatehouse::lb {

// Open connections per client address, over all workers; only kept while a limit is set. Taken once per
// connection, in shards, so that workers seldom meet.
class door::source_counts {
public:
    // Counts one more connection, unless that would exceed `limit`.
    bool enter(const boost::asio::ip::address& source, unsigned limit)
    {
        auto& part = shard_of(source);
        const std::lock_guard lock(part.mutex);
        auto& count = part.counts[source];
        if (count >= limit) return false;
        ++count;
        return true;
    }
    void leave(const boost::asio::ip::address& source)
    {
        auto& part = shard_of(source);
        const std::lock_guard lock(part.mutex);
        const auto found = part.counts.find(source);
        if (found != part.counts.end() && --found->second == 0) part.counts.erase(found);
    }

private:
    struct shard {
        std::mutex mutex;
        std::unordered_map<boost::asio::ip::address, unsigned> counts;
    };
    shard& shard_of(const boost::asio::ip::address& source)
    {
        return shards_[std::hash<boost::asio::ip::address>{}(source) % shards_.size()];
    }
    std::array<shard, 16> shards_;
};

}  // namespace gatehouse::lb
