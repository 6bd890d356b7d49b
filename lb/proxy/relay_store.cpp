#include "lb/proxy/relay_store.hpp"

#include "lb/worker/worker_loop.hpp"

namespace gatehouse::lb {

relay_store::~relay_store() { used_.clear_and_dispose([](relay* one) { delete one; }); }

relay& relay_store::take()
{
    std::unique_ptr<relay> one;
    if (spare_.empty()) {
        one = std::make_unique<relay>(home_);
    } else {
        one = std::move(spare_.back());
        spare_.pop_back();
    }
    used_.push_back(*one);
    return *one.release();
}

void relay_store::give_back(relay& one)
{
    used_.erase(used_.iterator_to(one));
    one.forget();
    // Beyond the spare ones a relay still leaves only after this event: its own code may be on the stack.
    std::unique_ptr<relay> owned(&one);
    if (spare_.size() < most_spare)
        spare_.push_back(std::move(owned));
    else
        home_.buried.bury(std::move(owned));
}

void relay_store::end_expired()
{
    std::vector<relay*> expired;
    for (auto& one : used_) {
        const auto* to = one.leased();
        if (to && to->current_drain() == target::drain::expired) expired.push_back(&one);
    }
    for (auto* one : expired) one->end_for_drain();
}

}  // namespace gatehouse::lb
