#include "bastion/console/text_table.hpp"

#include "bastion/console/terminal_text.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::bastion {
namespace {

constexpr std::size_t widest = 40;  // one long name must not push the columns of all others away

}  // namespace

text_table::text_table(std::vector<std::string> titles, std::string indent)
    : rows_{std::move(titles)}, indent_(std::move(indent))
{}

void text_table::add(const std::vector<std::string>& cells)
{
    if (full()) return skip(1);
    auto& row = rows_.emplace_back();
    for (const auto& cell : cells) row.push_back(cell.empty() ? "-" : terminal_text(cell));
}

std::string text_table::text() const
{
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
        for (std::size_t at = 0; at < row.size(); ++at)
            widths[at] = std::max(widths[at], std::min(widest, characters(row[at])));
    std::string lines;
    for (const auto& row : rows_) {
        lines += indent_;
        for (std::size_t at = 0; at < row.size(); ++at) {
            lines += row[at];
            if (at + 1 == row.size()) break;
            const auto width = characters(row[at]);
            lines.append(2 + (width < widths[at] ? widths[at] - width : 0), ' ');
        }
        lines += '\n';
    }
    if (skipped_ > 0) lines += indent_ + "and " + std::to_string(skipped_) + " more\n";
    return lines;
}

}  // namespace gatehouse::bastion
