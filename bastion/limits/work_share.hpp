#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <map>
#include <string>

namespace gatehouse::bastion {

// Work of a kind that takes long and that users may ask for as often as they like. Does one piece at a time, and leaves
// the worker to everybody else for a multiple of the time it took. Users have their turns one after the other, however
// much each has asked for. Does not bound what waits: whoever asks does.
// Thread-affine to the loop, whose handlers it does not outlive.
class work_share {
public:
    using piece = std::function<void()>;

    work_share(boost::asio::io_context& loop, int pauses_per_work) : pause_(loop), pauses_per_work_(pauses_per_work) {}

    // At once when nobody was served just now. `who` is a user or a source.
    void run(const std::string& who, piece what);

private:
    void serve(const std::string& who, const piece& what);
    void next();

    boost::asio::steady_timer pause_;
    int pauses_per_work_;
    std::map<std::string, std::deque<piece>> waiting_;  // by who asked; none is empty
    std::string last_;                                  // who had a turn
    bool pausing_ = false;
};

}  // namespace gatehouse::bastion
