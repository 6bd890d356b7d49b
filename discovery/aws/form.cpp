#include "discovery/aws/form.hpp"

#include "discovery/aws/percent.hpp"

namespace gatehouse::discovery::aws {

form::form(std::string_view action, std::string_view version)
{
    add("Action", action);
    add("Version", version);
}

form& form::add(std::string_view name, std::string_view value)
{
    if (!text_.empty()) text_ += '&';
    text_ += percent_encoded(name);
    text_ += '=';
    text_ += percent_encoded(value);
    return *this;
}

form& form::add_list(std::string_view name, const std::vector<std::string>& values)
{
    std::size_t number = 0;
    for (const auto& value : values) add(std::string(name) + '.' + std::to_string(++number), value);
    return *this;
}

}  // namespace gatehouse::discovery::aws
