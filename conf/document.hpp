#pragma once

#include "conf/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::conf {

struct entry;

// One value of a YAML document, with its place. A plain tree: aliases are copied in, within a bound.
struct node {
    enum class kind { nothing, scalar, sequence, mapping };
    kind is = kind::nothing;
    int line = 0, column = 0;   // 1-based
    std::string scalar;         // of a scalar, unescaped
    std::vector<node> items;    // of a sequence
    std::vector<entry> entries;  // of a mapping, in the file's order, duplicates included
};

struct entry {
    node key, value;
};

struct document {
    node root;
    std::optional<error> problem;  // then root is empty
};

// Nothing in a file can make us read more than this.
constexpr std::size_t largest_file = 4 * 1024 * 1024;
constexpr int deepest_nesting = 64;

// Reads one YAML document from text of any content whatsoever; `file` names it in the problem.
document read_document(std::string_view text, const std::string& file);

}  // namespace gatehouse::conf
