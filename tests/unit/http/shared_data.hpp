#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Reads published test cases, which are not part of the project: from $GATEHOUSE_TEST_DATA, else from
// ../shared/data beside the source tree.

// The file's path, or nothing and a warning that names what is missing.
std::optional<std::string> shared_file(std::string_view name);

// One object per line; empty, with the warning, when the file is absent.
std::vector<boost::json::object> shared_lines(std::string_view name);

std::string from_base64(std::string_view text);

// The member as text, "" when absent or null.
std::string text_of(const boost::json::object& from, std::string_view member);
std::string bytes_of(const boost::json::object& from, std::string_view base64_member);
