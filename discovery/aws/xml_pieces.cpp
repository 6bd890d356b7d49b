#include "discovery/aws/xml_pieces.hpp"

#include "discovery/aws/answer.hpp"
#include "service/burst.hpp"

namespace gatehouse::discovery::aws {
namespace {

constexpr std::string_view blanks = " \t\r\n";

// The elements that `list` consists of. Elements of the same name may be in them.
std::optional<std::vector<std::string_view>> elements(std::string_view list, const std::string& item)
{
    const auto name = item + '>';
    std::vector<std::string_view> found;
    std::size_t depth = 0, begin = 0, end = 0;
    for (auto at = list.find(name); at != std::string_view::npos; at = list.find(name, at + name.size())) {
        if (at >= 1 && list[at - 1] == '<') {
            if (depth++ > 0) continue;
            service::let_others_run();
            begin = at - 1;
            if (list.substr(end, begin - end).find_first_not_of(blanks) != std::string_view::npos) return std::nullopt;
        } else if (at >= 2 && list[at - 1] == '/' && list[at - 2] == '<') {
            if (depth == 0) return std::nullopt;
            if (--depth > 0) continue;
            end = at + name.size();
            found.push_back(list.substr(begin, end - begin));
        }
    }
    if (depth > 0 || list.substr(end).find_first_not_of(blanks) != std::string_view::npos) return std::nullopt;
    return found;
}

}  // namespace

std::optional<xml_pieces> take_apart(std::string_view body, std::string_view list, std::string_view item)
{
    const auto opening = '<' + std::string(list) + '>', closing = "</" + std::string(list) + '>';
    if (body.size() > longest_answer) return std::nullopt;
    const auto begin = body.find(opening);
    const auto end = body.rfind(closing);
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return std::nullopt;
    const auto first = begin + opening.size();
    auto found = elements(body.substr(first, end - first), std::string(item));
    if (!found) return std::nullopt;
    return xml_pieces{std::string(body.substr(0, first)).append(body.substr(end)), *std::move(found)};
}

}  // namespace gatehouse::discovery::aws
