#pragma once

#include "conf/config.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace gatehouse::conf::test {

// What reading the text as f.yaml has to complain about, one problem per line; empty when it is sound.
inline std::string problems(std::string_view text, file_access files = file_access::skipped)
{
    std::string lines;
    for (const auto& one : parse(text, "f.yaml", files).problems) {
        if (!lines.empty()) lines += '\n';
        lines += to_string(one);
    }
    return lines;
}

// Something the operator may write, and the one complaint about it.
struct rejection {
    std::string_view written;
    int column;
    std::string_view said;
};

// Puts each fragment where `document` has an @ and expects the complaint on `line`, with the path starting as
// `path` says.
inline void check_rejections(std::string_view document, int line, const std::string& path,
                             std::initializer_list<rejection> all)
{
    const auto place = document.find('@');
    for (const auto& one : all) {
        std::string text(document);
        text.replace(place, 1, one.written);
        const auto expected = "f.yaml:" + std::to_string(line) + ':' + std::to_string(one.column) + ": " +
                              path + std::string(one.said);
        INFO(text);
        CHECK(problems(text) == expected);
    }
}

}  // namespace gatehouse::conf::test
