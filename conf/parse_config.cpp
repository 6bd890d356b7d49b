#include "conf/parse.hpp"
#include "conf/values.hpp"

namespace gatehouse::conf {
namespace {

names names_of(const std::vector<group>& groups)
{
    names made;
    for (const auto& one : groups) made.push_back(one.name);
    return made;
}

}  // namespace

void parse_config(const reader& at, config& to)
{
    unique binds_taken;
    at.mapping({
        {"groups", section(parse_groups, to.groups)},
        {"aws", section(parse_aws, to.aws)},
        {"state_dir", file_path(to.state_dir)},
        {"lb",
         [&](const reader& value) {
             const section_of here(value.pass(), used_by::lb);
             parse_lb(value, to.lb.emplace(), names_of(to.groups), binds_taken);
         }},
        {"bastion",
         [&](const reader& value) {
             const section_of here(value.pass(), used_by::bastion);
             parse_bastion(value, to.bastion.emplace(), names_of(to.groups), binds_taken);
         }},
    });
}

}  // namespace gatehouse::conf
