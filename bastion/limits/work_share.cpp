#include "bastion/limits/work_share.hpp"

#include <chrono>
#include <utility>

namespace gatehouse::bastion {
namespace {

constexpr int pauses_per_work = 4;

}  // namespace

void work_share::run(const std::string& user, piece what)
{
    if (pausing_)
        waiting_[user].push_back(std::move(what));
    else
        serve(user, what);
}

void work_share::serve(const std::string& user, const piece& what)
{
    const auto began = std::chrono::steady_clock::now();
    pausing_ = true;
    last_ = user;
    what();
    pause_.expires_after((std::chrono::steady_clock::now() - began) * pauses_per_work);
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
    const auto user = turn->first;
    const auto what = std::move(turn->second.front());
    turn->second.pop_front();
    if (turn->second.empty()) waiting_.erase(turn);
    serve(user, what);
}

}  // namespace gatehouse::bastion
