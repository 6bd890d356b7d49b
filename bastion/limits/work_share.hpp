#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <map>
#include <string>

namespace gatehouse::bastion {

// Work of a kind that takes long and that users may ask for as often as they like. Does one piece at a time, and leaves
// the worker to everybody else for four times as long as that took. Users have their turns one after the other, however
// much each has asked for. Does not bound what waits: whoever asks does.
// Thread-affine to the loop, whose handlers it does not outlive.
class work_share {
public:
    using piece = std::function<void()>;

    explicit work_share(boost::asio::io_context& loop) : pause_(loop) {}

    // At once when nobody was served just now.
    void run(const std::string& user, piece what);

private:
    void serve(const std::string& user, const piece& what);
    void next();

    boost::asio::steady_timer pause_;
    std::map<std::string, std::deque<piece>> waiting_;  // by user; none is empty
    std::string last_;                                  // who had a turn
    bool pausing_ = false;
};

}  // namespace gatehouse::bastion
