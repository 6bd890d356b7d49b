#pragma once

#include "bastion/limits/source_key.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <utility>

namespace gatehouse::bastion {

// What is remembered of sources for a while, of a bounded number of them: in a full table a new one takes the place
// of that whose time is up first. A tree and not a hash table, as strangers choose the keys. Not thread-safe.
template <class Value> class source_table {
public:
    using time_point = std::chrono::steady_clock::time_point;
    struct entry {
        time_point expires;
        Value value;
    };

    explicit source_table(std::size_t capacity) : capacity_(capacity) {}  // at least 1

    // Null when nothing is remembered of it, or no longer. Valid until the next call.
    const entry* find(const source_key& key, time_point now)
    {
        forget_expired(now);
        const auto found = by_key_.find(key);
        return found == by_key_.end() ? nullptr : &found->second.what;
    }

    void put(const source_key& key, time_point expires, Value value, time_point now)
    {
        forget_expired(now);
        erase(key);
        if (by_key_.size() >= capacity_) erase(by_expiry_.begin()->second);
        const auto place = by_expiry_.emplace(expires, key);
        by_key_.emplace(key, slot{{expires, std::move(value)}, place});
    }

    bool erase(source_key key)  // by value: it may be the table's own
    {
        const auto found = by_key_.find(key);
        if (found == by_key_.end()) return false;
        by_expiry_.erase(found->second.place);
        by_key_.erase(found);
        return true;
    }

    // Calls see(key, entry) for each in the order of sources.
    template <class Visitor> void each(time_point now, Visitor&& see)
    {
        forget_expired(now);
        for (const auto& [key, one] : by_key_) see(key, one.what);
    }

    std::size_t size() const noexcept { return by_key_.size(); }

private:
    using expiries = std::multimap<time_point, source_key>;
    struct slot {
        entry what;
        typename expiries::iterator place;
    };

    void forget_expired(time_point now)
    {
        while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) erase(by_expiry_.begin()->second);
    }

    std::size_t capacity_;
    std::map<source_key, slot> by_key_;
    expiries by_expiry_;
};

}  // namespace gatehouse::bastion
