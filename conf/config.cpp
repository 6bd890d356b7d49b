#include "conf/config.hpp"

#include "conf/parse.hpp"
#include "conf/text_file.hpp"

#include <utility>

namespace gatehouse::conf {

load_result parse(std::string_view text, const std::string& file, file_access files, used_by daemons)
{
    const auto document = read_document(text, file);
    if (document.problem) return {nullptr, {*document.problem}};
    reading pass(file, files);
    pass.daemons = daemons;
    auto made = std::make_shared<config>();
    made->file = file;
    parse_config(reader(document.root, pass), *made);
    if (!pass.problems.empty()) return {nullptr, pass.take_problems()};
    return {std::move(made), {}};
}

load_result load(const std::string& file, used_by daemons)
{
    const auto text = read_text_file(file, largest_file);
    if (!text) return {nullptr, {error{file, 0, 0, {}, "cannot be read: " + text.error().message()}}};
    return parse(*text, file, file_access::allowed, daemons);
}

}  // namespace gatehouse::conf
