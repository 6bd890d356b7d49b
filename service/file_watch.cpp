#include "service/file_watch.hpp"

#include "service/file_stamp.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>

namespace gatehouse::service {

using callback = std::function<void(const std::vector<std::string>&)>;

struct file_watch::state {
    struct entry {
        std::string path;
        change_detector detector;
    };

    state(boost::asio::any_io_executor executor, std::chrono::milliseconds every)
        : pause(std::move(executor)), interval(every)
    {}

    static void wait(const std::shared_ptr<state>& self);
    void look();

    boost::asio::steady_timer pause;
    std::chrono::milliseconds interval;
    std::vector<entry> entries;
    callback changed;
    unsigned round = 0;  // of waiting: watch() and the destructor end one
};

void file_watch::state::wait(const std::shared_ptr<state>& self)
{
    self->pause.expires_after(self->interval);
    self->pause.async_wait([self, round = self->round](const boost::system::error_code& cancelled) {
        if (cancelled || self->round != round) return;
        self->look();
        // `changed` may have called watch(), which waits by itself, or destroyed the watch.
        if (self->round == round) wait(self);
    });
}

void file_watch::state::look()
{
    std::vector<std::string> settled;
    for (auto& each : entries)
        if (each.detector.observe(look_at(each.path))) settled.push_back(each.path);
    if (settled.empty()) return;
    const auto report = changed;  // a copy: `changed` may be replaced while it runs
    report(settled);
}

file_watch::file_watch(boost::asio::any_io_executor executor, std::chrono::milliseconds interval)
    : state_(std::make_shared<state>(std::move(executor), interval))
{}

file_watch::~file_watch()
{
    ++state_->round;
    state_->pause.cancel();
}

void file_watch::watch(std::vector<std::string> paths, callback changed)
{
    std::vector<state::entry> entries;
    for (auto& path : paths) {
        const auto known = std::find_if(state_->entries.begin(), state_->entries.end(),
                                        [&path](const auto& each) { return each.path == path; });
        // A file watched before keeps what was last reported: a change between the two calls is not lost.
        auto detector = known != state_->entries.end() ? known->detector : change_detector(look_at(path));
        entries.push_back({std::move(path), detector});
    }
    state_->entries = std::move(entries);
    state_->changed = std::move(changed);
    ++state_->round;
    state_->pause.cancel();
    if (!state_->entries.empty()) state::wait(state_);
}

}  // namespace gatehouse::service
