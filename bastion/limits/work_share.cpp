#include "bastion/limits/work_share.hpp"

#include <chrono>
#include <utility>

namespace gatehouse::bastion {

void work_share::run(const std::string& who, piece what)
{
    if (pausing_)
        waiting_[who].push_back(std::move(what));
    else
        serve(who, what);
}

void work_share::serve(const std::string& who, const piece& what)
{
    const auto began = std::chrono::steady_clock::now();
    pausing_ = true;
    last_ = who;
    what();
    pause_.expires_after((std::chrono::steady_clock::now() - began) * pauses_per_work_);
    pause_.async_wait([this](const boost::system::error_code& stopped) {
        if (!stopped) next();
    });
}

void work_share::next()
{
    pausing_ = false;
    if (waiting_.empty()) return;
    auto turn = waiting_.upper_bound(last_);
    if (turn == waiting_.end()) turn = waiting_.begin();
    const auto who = turn->first;
    const auto what = std::move(turn->second.front());
    turn->second.pop_front();
    if (turn->second.empty()) waiting_.erase(turn);
    serve(who, what);
}

}  // namespace gatehouse::bastion
