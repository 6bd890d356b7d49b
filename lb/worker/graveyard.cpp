#include "lb/worker/graveyard.hpp"

#include <boost/asio/post.hpp>

namespace gatehouse::lb {

void graveyard::bury(std::unique_ptr<mortal> one)
{
    dead_.push_back(std::move(one));
    if (sweep_posted_) return;
    sweep_posted_ = true;
    boost::asio::post(loop_, [this] { sweep(); });
}

void graveyard::sweep()
{
    sweep_posted_ = false;
    // The aborted waits of a closed socket were queued before this sweep: a second round is the exception.
    std::vector<std::unique_ptr<mortal>> waiting;
    for (auto& one : dead_)
        if (!one->quiet()) waiting.push_back(std::move(one));
    dead_.swap(waiting);
    waiting.clear();
    if (dead_.empty() || sweep_posted_) return;
    sweep_posted_ = true;
    boost::asio::post(loop_, [this] { sweep(); });
}

}  // namespace gatehouse::lb
