#include "conf/parse.hpp"
#include "conf/values.hpp"

namespace gatehouse::conf {

void parse_config(const reader& at, config& to)
{
    unique binds_taken;
    at.mapping({
        {"groups", section(parse_groups, to.groups)},
        {"aws", section(parse_aws, to.aws)},
        {"state_dir", file_path(to.state_dir)},
        {"lb",
         [&](const reader& value) {
             names groups;
             for (const auto& one : to.groups) groups.push_back(one.name);
             parse_lb(value, to.lb.emplace(), groups, binds_taken);
         }},
    });
}

}  // namespace gatehouse::conf
