#include "tests/unit/http/shared_data.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

std::optional<std::string> shared_file(std::string_view name)
{
    const char* const given = std::getenv("GATEHOUSE_TEST_DATA");
    const std::filesystem::path root =
        given ? std::filesystem::path(given) : std::filesystem::path(GATEHOUSE_SOURCE_DIR) / "../shared/data";
    const auto path = root / name;
    if (std::filesystem::exists(path)) return path.string();
    WARN("skipped: no " << path.string() << " (set GATEHOUSE_TEST_DATA)");
    return std::nullopt;
}

std::vector<boost::json::object> shared_lines(std::string_view name)
{
    std::vector<boost::json::object> read;
    const auto path = shared_file(name);
    if (!path) return read;
    std::ifstream file(*path);
    for (std::string line; std::getline(file, line);)
        if (!line.empty()) read.push_back(boost::json::parse(line).as_object());
    return read;
}

std::string from_base64(std::string_view text)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0, held = 0;
    for (const char c : text.substr(0, text.find('='))) {
        bits = bits << 6 | static_cast<unsigned>(digits.find(c));
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes.push_back(static_cast<char>(bits >> held & 0xff));
    }
    return bytes;
}

std::string text_of(const boost::json::object& from, std::string_view member)
{
    const auto* const found = from.if_contains({member.data(), member.size()});
    return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::string bytes_of(const boost::json::object& from, std::string_view base64_member)
{
    return from_base64(text_of(from, base64_member));
}
