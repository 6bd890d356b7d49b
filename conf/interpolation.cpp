#include "conf/interpolation.hpp"

#include "conf/encoding.hpp"
#include "conf/text_file.hpp"

#include <algorithm>
#include <cstdlib>

namespace gatehouse::conf {
namespace {

constexpr std::size_t largest_content = 64 * 1024;

bool is_variable_name(std::string_view name)
{
    const auto allowed = [](char c) {
        return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && (name[0] < '0' || name[0] > '9') && std::ranges::all_of(name, allowed);
}

void put_file(interpolated& into, const std::string& named, const std::filesystem::path& directory)
{
    into.from_file = true;
    auto content = read_text_file((directory / named).string(), largest_content);
    if (!content) {
        into.problem = "cannot read '" + printable(named) + "': " + content.error().message();
        return;
    }
    if (content->ends_with('\n')) content->pop_back();
    if (content->ends_with('\r')) content->pop_back();
    if (first_bad_character(*content))
        into.problem = '\'' + printable(named) + "' does not hold UTF-8 text";
    else
        into.text += *content;
}

void put_variable(interpolated& into, const std::string& name)
{
    if (!is_variable_name(name)) {
        into.problem = "'${" + printable(name) +
                       "}' is neither ${VARIABLE} nor ${file:PATH}; write $${ for a literal ${";
    } else if (const char* value = std::getenv(name.c_str())) {
        into.text += value;
    } else {
        into.problem = "environment variable " + printable(name) + " is not set";
    }
}

}  // namespace

interpolated interpolate(std::string_view text, const std::filesystem::path& directory, file_access files)
{
    interpolated made;
    while (!made.problem) {
        const auto start = text.find("${");
        made.text += text.substr(0, start);
        if (start == std::string_view::npos) break;
        text.remove_prefix(start + 2);
        if (made.text.ends_with('$') && start > 0) {  // "$${"
            made.text += '{';
            continue;
        }
        const auto end = text.find('}');
        if (end == std::string_view::npos) {
            made.problem = "'${' without its '}'; write $${ for a literal ${";
            break;
        }
        const std::string inside(text.substr(0, end));
        text.remove_prefix(end + 1);
        if (!inside.starts_with("file:"))
            put_variable(made, inside);
        else if (files == file_access::allowed)
            put_file(made, inside.substr(5), directory);
    }
    return made;
}

}  // namespace gatehouse::conf
