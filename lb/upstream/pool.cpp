#include "lb/upstream/pool.hpp"

#include "lb/worker/worker_loop.hpp"

#include <algorithm>

namespace gatehouse::lb {

upstream_pool::~upstream_pool() = default;

std::unique_ptr<upstream_connection> upstream_pool::take(const target& to, upstream_user& user,
                                                         const std::shared_ptr<SSL_CTX>& context, bool sure)
{
    if (to.slot() >= idle_.size()) return nullptr;
    auto& all = idle_[to.slot()];
    while (!all.empty() && all.back()->to().get() == &to) {
        auto one = std::move(all.back());
        all.pop_back();
        if (one->context() != context.get() || (sure && !one->still_silent())) {
            drop(std::move(one));
            continue;
        }
        one->lend(user);
        return one;
    }
    return nullptr;
}

void upstream_pool::put(std::unique_ptr<upstream_connection> one, std::int64_t until_ms)
{
    const auto slot = one->to()->slot();
    if (slot >= idle_.size()) idle_.resize(slot + 1);
    auto& all = idle_[slot];
    // A slot is given to a new target only when the old one is gone, and an idle connection keeps its target.
    if (all.size() >= most_idle) {
        drop(std::move(all.front()));
        all.erase(all.begin());
    }
    one->rest(until_ms);
    all.push_back(std::move(one));
}

void upstream_pool::remove(const upstream_connection& one)
{
    auto& all = idle_[one.to()->slot()];
    const auto found = std::ranges::find(all, &one, [](const auto& held) { return held.get(); });
    if (found == all.end()) return;
    auto gone = std::move(*found);
    all.erase(found);
    drop(std::move(gone));
}

void upstream_pool::remove_all_of(const target& gone)
{
    if (gone.slot() < idle_.size()) clear(idle_[gone.slot()]);
}

void upstream_pool::remove_all()
{
    for (auto& all : idle_) clear(all);
}

void upstream_pool::clear(shelf& all)
{
    for (auto& one : all) drop(std::move(one));
    all.clear();
}

void upstream_pool::drop(std::unique_ptr<upstream_connection> one)
{
    one->close();
    home_.buried.bury(std::move(one));
}

}  // namespace gatehouse::lb
