#include "lb/router/route_table.hpp"

#include "lb/router/conditions.hpp"

#include <algorithm>

namespace gatehouse::lb {

struct route_table::compiled {
    explicit compiled(const conf::rule& from) : name(from.name), action(from.action), when(from.match) {}
    std::string name;
    conf::action action;
    conditions when;
};

route_table::route_table(const conf::listener& from) : default_(from.default_action)
{
    rules_.reserve(from.rules.size());
    for (const auto& rule : from.rules) rules_.push_back(std::make_shared<const compiled>(rule));
}

std::size_t route_table::match(const route_request& asked) const noexcept
{
    if (rules_.empty()) return 0;
    const auto host = host_of(asked);
    const auto holds = [&](const auto& rule) {
        return rule->when.check(asked, host).what == conditions::kind::none;
    };
    return static_cast<std::size_t>(std::ranges::find_if(rules_, holds) - rules_.begin());
}

const conf::action& route_table::action(std::size_t index) const noexcept
{
    return index < rules_.size() ? rules_[index]->action : default_;
}

const std::string& route_table::name(std::size_t index) const noexcept
{
    static const std::string of_default = "default";
    return index < rules_.size() ? rules_[index]->name : of_default;
}

std::vector<std::string> route_table::explain(const route_request& asked) const
{
    std::vector<std::string> story;
    for (const auto& rule : rules_) {
        const auto why = rule->when.check(asked, host_of(asked));
        story.push_back("rule " + rule->name + ": " + rule->when.describe(why, asked));
        if (why.what == conditions::kind::none) return story;
    }
    story.push_back("default: no rule matched");
    return story;
}

}  // namespace gatehouse::lb
