#pragma once

#include <string>
#include <vector>

namespace gatehouse::service::ctl {

// Rows of text in aligned columns, two spaces apart; no trailing spaces.
class table {
public:
    explicit table(std::vector<std::string> heading = {})
    {
        if (!heading.empty()) row(std::move(heading));
    }

    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    std::string text() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace gatehouse::service::ctl
