#include "bastion/policy/access_rule.hpp"

#include "bastion/utc_text.hpp"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::bastion {
namespace {

std::optional<weekly_window> compile(const conf::access_rule& rule)
{
    if (!rule.between) return std::nullopt;
    try {
        return weekly_window(*rule.between);
    } catch (const std::runtime_error& unknown) {
        throw std::runtime_error("rule " + rule.name + ": " + unknown.what());
    }
}

bool holds(const std::vector<std::string>& names, std::string_view wanted)
{
    return std::ranges::find(names, wanted) != names.end();
}

std::string text_of(const std::string& name)
{
    return name;
}

std::string text_of(std::uint16_t port)
{
    return std::to_string(port);
}

std::string text_of(const conf::network& block)
{
    return block.address + '/' + std::to_string(block.prefix);
}

template <class List> std::string listed(const List& items)
{
    std::string text;
    for (const auto& one : items) {
        if (!text.empty()) text += ", ";
        text += text_of(one);
    }
    return text;
}

}  // namespace

access_rule::access_rule(const conf::access_rule& from)
    : settings_(from), sources_(from.source.begin(), from.source.end()), window_(compile(from))
{}

bool access_rule::is_for(const asker& who) const
{
    if (settings_.users.empty() && settings_.groups.empty()) return true;
    const auto named = [this](const std::string& group) { return holds(settings_.groups, group); };
    return holds(settings_.users, who.user) || std::ranges::any_of(who.groups, named);
}

bool access_rule::reaches(std::string_view group) const
{
    return holds(settings_.targets, group);
}

access_rule::mismatch access_rule::check(const asker& who, const resident& to, std::uint16_t port,
                                         std::chrono::sys_seconds when) const
{
    if (!is_for(who)) return mismatch::person;
    if (!reaches(to.group())) return mismatch::target;
    if (std::ranges::find(settings_.ports, port) == settings_.ports.end()) return mismatch::port;
    if (!allows_source(who.source)) return mismatch::source;
    if (settings_.not_before && when < *settings_.not_before) return mismatch::not_yet;
    if (settings_.expires && when >= *settings_.expires) return mismatch::expired;
    if (window_ && !window_->open_until(when)) return mismatch::window;
    if (to.who->state == discovery::lifecycle::terminating && !settings_.terminating) return mismatch::terminating;
    return mismatch::none;
}

std::optional<std::chrono::sys_seconds> access_rule::holds_until(std::chrono::sys_seconds when) const
{
    const auto closes = window_ ? window_->open_until(when) : std::nullopt;
    if (!closes || !settings_.expires) return closes ? closes : settings_.expires;
    return std::min(*closes, *settings_.expires);
}

std::string access_rule::describe(mismatch why, const asker& who, const resident& to, std::uint16_t port,
                                  std::chrono::sys_seconds when) const
{
    switch (why) {
    case mismatch::person: return "is for " + people() + ", not for " + std::string(who.user);
    case mismatch::target: return "reaches " + listed(settings_.targets) + ", not " + to.group();
    case mismatch::port: return "allows port " + listed(settings_.ports) + ", not " + std::to_string(port);
    case mismatch::source: return "is for " + listed(settings_.source) + ", not for " + who.source.to_string();
    case mismatch::not_yet: return "begins at " + utc_text(*settings_.not_before);
    case mismatch::expired: return "ended at " + utc_text(*settings_.expires);
    case mismatch::window: return window_closed(when);
    case mismatch::terminating: return "does not reach terminating instances, as " + to.who->id + " is";
    case mismatch::none: break;
    }
    const auto until = holds_until(when);
    return until ? "allows it until " + utc_text(*until) : "allows it";
}

bool access_rule::allows_source(const boost::asio::ip::address& source) const
{
    const auto inside = [&source](const service::address_block& block) { return block.contains(source); };
    return sources_.empty() || std::ranges::any_of(sources_, inside);
}

std::string access_rule::people() const
{
    const auto users = settings_.users.empty() ? "" : "users " + listed(settings_.users);
    const auto groups = settings_.groups.empty() ? "" : "groups " + listed(settings_.groups);
    return users + (users.empty() || groups.empty() ? "" : " and ") + groups;
}

std::string access_rule::window_closed(std::chrono::sys_seconds when) const
{
    const auto opens = window_->opens_after(when);
    return "is closed outside " + window_->text() + (opens ? ", next open at " + utc_text(*opens) : "");
}

}  // namespace gatehouse::bastion
