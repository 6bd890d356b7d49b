#pragma once

#include "lb/upstream/connection.hpp"

#include <memory>
#include <vector>

namespace gatehouse::lb {

// The idle connections of one worker, per target, last in first out: the warmest is used again, the rest age
// and go. A connection that says or ends anything while idle is removed at once.
class upstream_pool {
public:
    static constexpr std::size_t most_idle = 1024;  // per target; the oldest goes first

    explicit upstream_pool(worker_loop& home) noexcept : home_(home) {}
    ~upstream_pool();
    upstream_pool(const upstream_pool&) = delete;
    upstream_pool& operator=(const upstream_pool&) = delete;

    // A connection that can carry a request now, or null. Those made under other TLS settings than `context` (or none)
    // are closed: a reload that asks for more must not be served by less. `sure`: the request could not be repeated, so only
    // a connection that is known to be alive at this moment will do.
    std::unique_ptr<upstream_connection> take(const target& to, upstream_user& user,
                                              const std::shared_ptr<SSL_CTX>& context, bool sure);

    void put(std::unique_ptr<upstream_connection> one, std::int64_t until_ms);
    void remove(const upstream_connection& one);  // closes it
    void remove_all_of(const target& gone);
    void remove_all();

    template <class Predicate>  // bool(const target&): closes the idle connections to targets it is true for
    void remove_where(Predicate gone)
    {
        for (auto& all : idle_)
            if (!all.empty() && gone(*all.front()->to())) clear(all);
    }

private:
    using shelf = std::vector<std::unique_ptr<upstream_connection>>;
    void clear(shelf& all);
    void drop(std::unique_ptr<upstream_connection> one);

    worker_loop& home_;
    std::vector<shelf> idle_;  // by target::slot
};

}  // namespace gatehouse::lb
