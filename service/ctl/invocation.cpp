#include "service/ctl/invocation.hpp"

#include <algorithm>

namespace gatehouse::service::ctl {

namespace {

const option& find(const std::vector<option>& known, std::string_view name)
{
    const auto found =
        std::find_if(known.begin(), known.end(), [name](const auto& each) { return each.name == name; });
    if (found == known.end()) throw usage_error("unknown option '" + std::string(name) + '\'');
    return *found;
}

}  // namespace

invocation::invocation(const std::vector<std::string>& arguments, const std::vector<option>& known,
                       std::size_t operand_count)
{
    bool options_ended = false;
    for (auto at = arguments.begin(); at != arguments.end(); ++at) {
        if (options_ended || at->size() < 2 || at->front() != '-') {
            operands_.push_back(*at);
        } else if (*at == "--") {
            options_ended = true;
        } else {
            const auto equals = at->starts_with("--") ? at->find('=') : std::string::npos;
            const auto& meant = find(known, std::string_view(*at).substr(0, equals));
            if (meant.repeat == option::repeats::no && has(meant.name))
                throw usage_error(std::string(meant.name) + " was given twice");
            std::string value;
            if (meant.value.empty() && equals != std::string::npos)
                throw usage_error(std::string(meant.name) + " takes no value");
            if (!meant.value.empty()) {
                const bool separate = equals == std::string::npos;
                if (separate && at + 1 == arguments.end())
                    throw usage_error(std::string(meant.name) + " needs a value, " +
                                      std::string(meant.value));
                value = separate ? *++at : at->substr(equals + 1);
            }
            given_.emplace_back(meant.name, std::move(value));
        }
    }
    if (has("--help")) return;
    if (operands_.size() < operand_count) throw usage_error("an argument is missing");
    if (operands_.size() > operand_count)
        throw usage_error("unexpected argument '" + operands_[operand_count] + '\'');
}

bool invocation::has(std::string_view option) const
{
    return std::any_of(given_.begin(), given_.end(),
                       [option](const auto& each) { return each.first == option; });
}

std::string invocation::value(std::string_view option) const
{
    const auto all = values(option);
    return all.empty() ? std::string() : all.front();
}

std::vector<std::string> invocation::values(std::string_view option) const
{
    std::vector<std::string> all;
    for (const auto& [name, value] : given_)
        if (name == option) all.push_back(value);
    return all;
}

}  // namespace gatehouse::service::ctl
