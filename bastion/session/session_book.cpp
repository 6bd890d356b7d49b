#include "bastion/session/session_book.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::bastion {

session_book::seat::~seat()
{
    const std::lock_guard hold(home_.mutex_);
    home_.places_.erase(id_);
}

void session_book::seat::opened(channel_entry one)
{
    const std::lock_guard hold(home_.mutex_);
    home_.places_.at(id_).who.channels.push_back(std::move(one));
}

void session_book::seat::connected(unsigned number, const boost::asio::ip::tcp::endpoint& local)
{
    const std::lock_guard hold(home_.mutex_);
    auto& channels = home_.places_.at(id_).who.channels;
    const auto found = std::ranges::find(channels, number, &channel_entry::number);
    if (found != channels.end()) found->local = local;
}

void session_book::seat::moved(unsigned number, std::uint64_t received, std::uint64_t sent,
                               std::chrono::sys_seconds when)
{
    const std::lock_guard hold(home_.mutex_);
    auto& who = home_.places_.at(id_).who;
    who.last_byte = when;
    const auto found = std::ranges::find(who.channels, number, &channel_entry::number);
    if (found == who.channels.end()) return;
    found->received = received;
    found->sent = sent;
}

void session_book::seat::closed(unsigned number)
{
    const std::lock_guard hold(home_.mutex_);
    std::erase_if(home_.places_.at(id_).who.channels,
                  [number](const channel_entry& one) { return one.number == number; });
}

std::unique_ptr<session_book::seat> session_book::enter(session_entry who, ender end)
{
    std::unique_ptr<seat> made(new seat(*this, who.id));
    const std::lock_guard hold(mutex_);
    places_.insert_or_assign(made->id(), place{std::move(who), std::move(end)});
    return made;
}

std::vector<session_entry> session_book::list() const
{
    std::vector<session_entry> all;
    {
        const std::lock_guard hold(mutex_);
        for (const auto& [id, one] : places_) all.push_back(one.who);
    }
    std::ranges::stable_sort(all, {}, &session_entry::since);
    return all;
}

std::optional<session_entry> session_book::find(std::string_view id) const
{
    const std::lock_guard hold(mutex_);
    const auto found = places_.find(id);
    if (found == places_.end()) return std::nullopt;
    return found->second.who;
}

std::size_t session_book::size() const
{
    const std::lock_guard hold(mutex_);
    return places_.size();
}

std::map<std::string, std::size_t> session_book::channels_by_group() const
{
    std::map<std::string, std::size_t> counts;
    const std::lock_guard hold(mutex_);
    for (const auto& [id, one] : places_)
        for (const auto& channel : one.who.channels) ++counts[channel.group];
    return counts;
}

std::size_t session_book::sessions_to(std::string_view instance) const
{
    const std::lock_guard hold(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(places_, [instance](const auto& one) {
        return std::ranges::find(one.second.who.channels, instance, &channel_entry::instance) !=
               one.second.who.channels.end();
    }));
}

bool session_book::end(std::string_view id, std::string why)
{
    ender end;
    {
        const std::lock_guard hold(mutex_);
        const auto found = places_.find(id);
        if (found == places_.end()) return false;
        end = found->second.end;
    }
    end(std::move(why));
    return true;
}

}  // namespace gatehouse::bastion
