#include "service/ctl/table.hpp"

#include <algorithm>
#include <cstddef>

namespace gatehouse::service::ctl {

namespace {

std::size_t width(const std::string& cell)  // in code points
{
    return static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80;
    }));
}

}  // namespace

std::string table::text() const
{
    std::vector<std::size_t> widest;
    for (const auto& row : rows_) {
        widest.resize(std::max(widest.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widest[i] = std::max(widest[i], width(row[i]));
    }
    std::string all;
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            (line += row[i]).append(widest[i] - width(row[i]) + 2, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        (all += line) += '\n';
    }
    return all;
}

}  // namespace gatehouse::service::ctl
