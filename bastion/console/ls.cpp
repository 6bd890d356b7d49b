#include "bastion/console/commands.hpp"
#include "bastion/console/reach.hpp"
#include "bastion/console/server_table.hpp"
#include "bastion/console/terminal_text.hpp"

namespace gatehouse::bastion {
namespace {

class listing {
public:
    explicit listing(const console_question& asked) : asked_(asked), mine_(asked) {}

    void add_all()
    {
        for (const auto& [group, _] : mine_.groups()) add_group(group);
    }

    void add_named(std::string_view name)
    {
        for (const auto& one : mine_.find(name).residents) add(one);
        if (table_.rows().empty()) add_group(name);
    }

    bool empty() noexcept { return table_.rows().empty(); }
    std::string text() { return table_.rows().text(); }

private:
    void add(const resident& one)
    {
        if (const auto open = mine_.open_ports(one); !open.empty()) table_.add(one, open);
    }

    void add_group(std::string_view name)
    {
        const auto& known = asked_.rules.names->groups();
        const auto found = known.find(name);
        if (found == known.end()) return;
        for (const auto& one : found->second->members) add({found->second, &one});
    }

    const console_question& asked_;
    reach mine_;
    server_table table_;
};

}  // namespace

console_answer ls(const console_question& asked, std::string_view name)
{
    listing list(asked);
    const auto key = limits_of_key(asked);
    if (name.empty()) {
        list.add_all();
        return {(list.empty() ? "You may reach no server now.\n" : list.text()) + key, 0, {}};
    }
    list.add_named(name);
    if (!list.empty()) return {list.text() + key, 0, {}};
    return {"No server that you may reach now is called '" + terminal_text(name) + "'. 'why NAME' tells more.\n" + key,
            1, {}};
}

}  // namespace gatehouse::bastion
