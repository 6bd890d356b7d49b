#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gatehouse::bastion {

// Rows of cells, one line each, in columns below their titles. Cells may hold anything: terminal_text() makes them
// safe.
class text_table {
public:
    static constexpr std::size_t most_rows = 1000;

    explicit text_table(std::vector<std::string> titles, std::string indent = {});

    void add(const std::vector<std::string>& cells);  // as many as titles; an empty one is shown as "-"
    void skip(std::size_t rows) noexcept { skipped_ += rows; }  // counts rows that are not shown

    bool full() const noexcept { return rows_.size() > most_rows; }  // what is added from now on is only counted
    bool empty() const noexcept { return rows_.size() == 1 && skipped_ == 0; }

    std::string text() const;  // with "and N more" at its end

private:
    std::vector<std::vector<std::string>> rows_;  // the first: titles
    std::string indent_;
    std::size_t skipped_ = 0;
};

}  // namespace gatehouse::bastion
