#pragma once

#include <boost/asio/io_context.hpp>

#include <memory>
#include <vector>

namespace gatehouse::lb {

// Something whose life ended inside a handler that still runs in it, or that a wait still points to.
class mortal {
public:
    virtual ~mortal() = default;
    virtual bool quiet() const noexcept = 0;  // nothing will call into it any more
};

// Keeps the dead until the batch of events that ended them is over and their last waits were told. One per worker.
class graveyard {
public:
    explicit graveyard(boost::asio::io_context& loop) : loop_(loop) {}
    graveyard(const graveyard&) = delete;
    graveyard& operator=(const graveyard&) = delete;

    void bury(std::unique_ptr<mortal> one);
    bool empty() const noexcept { return dead_.empty(); }

private:
    void sweep();

    boost::asio::io_context& loop_;
    std::vector<std::unique_ptr<mortal>> dead_;
    bool sweep_posted_ = false;
};

}  // namespace gatehouse::lb
