#pragma once

#include "discovery/inventory.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace gatehouse::discovery {

// How one look at a source ended: the `result` label of gatehouse_discovery_polls_total.
enum class poll_result {
    success,
    partial,    // some of the answer is missing: adds members, removes none
    empty,      // nobody there: not believed
    not_found,  // the source does not exist: not believed either
    timeout,
    throttled,  // it answers less often than it is asked
    denied,     // it does not answer us: keys, permissions, clock
    invalid,  // it answered, but what it says cannot be used
    failed,
    count_
};
std::string_view to_string(poll_result result) noexcept;  // "success", ...

// Where the members of one group come from. Lives on the control thread.
// Static stability is the provider's promise: an error or an empty answer publishes nothing, and a partial
// one removes nobody.
class provider {
public:
    using publish = std::function<void(std::shared_ptr<const group_snapshot>)>;

    virtual ~provider() = default;  // stops; publishes nothing any more

    // Begins to follow the source and publishes the first snapshot as soon as it is known, from inside
    // start() where that needs no waiting. Publishes again whenever the source confirms what it said, with a
    // new as_of. Call once.
    virtual void start(publish to) = 0;
};

}  // namespace gatehouse::discovery
