#include "conf/group.hpp"

#include "conf/parse.hpp"
#include "conf/text_file.hpp"

#include <utility>

namespace gatehouse::conf {

group_file_result load_group_file(const std::string& path)
{
    const auto text = read_text_file(path, largest_file);
    if (!text) return {std::nullopt, {error{path, 0, 0, {}, "cannot be read: " + text.error().message()}}};
    const auto document = read_document(*text, path);
    if (document.problem) return {std::nullopt, {*document.problem}};
    reading pass(path, file_access::allowed);
    std::vector<instance> members;
    parse_members(reader(document.root, pass), members);
    if (!pass.problems.empty()) return {std::nullopt, pass.take_problems()};
    return {std::move(members), {}};
}

}  // namespace gatehouse::conf
