#include "service/admin_router.hpp"

#include <utility>

namespace gatehouse::service {

namespace {

int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

std::vector<std::string> split(std::string_view path)
{
    std::vector<std::string> segments;
    for (;;) {
        const auto slash = path.find('/');
        segments.emplace_back(path.substr(0, slash));
        if (slash == path.npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

// What the {} of `pattern` stand for in `path`; empty when it does not match.
std::optional<std::vector<std::string>> captures(const std::vector<std::string>& pattern,
                                                 const std::vector<std::string>& path)
{
    if (pattern.size() != path.size()) return std::nullopt;
    std::vector<std::string> captured;
    for (std::size_t i = 0; i < path.size(); ++i) {
        auto decoded = percent_decode(path[i]);
        if (!decoded) return std::nullopt;
        if (pattern[i] == "{}" && !decoded->empty())
            captured.push_back(std::move(*decoded));
        else if (*decoded != pattern[i])
            return std::nullopt;
    }
    return captured;
}

void list_method(std::string& allowed, std::string_view method)
{
    if (!allowed.empty()) allowed += ", ";
    allowed += method;
    if (method == "GET") allowed += ", HEAD";
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text)
{
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            byte = static_cast<unsigned char>(high * 16 + low);
            i += 2;
        }
        if (byte < 0x20 || byte == 0x7f) return std::nullopt;
        decoded += static_cast<char>(byte);
    }
    return decoded;
}

void admin_router::add(std::string method, std::string_view pattern, admin_server::handler serve,
                       admin_server::slow_handler serve_slowly)
{
    routes_.push_back({std::move(method), split(pattern), std::move(serve), std::move(serve_slowly)});
}

admin_router::match admin_router::find(std::string_view method, std::string_view path) const
{
    const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
    const auto segments = split(path);
    match found;
    for (const auto& each : routes_) {
        auto captured = captures(each.segments, segments);
        if (!captured) continue;
        list_method(found.allowed, each.method);
        if (each.method != wanted || found.serve || found.serve_slowly) continue;
        if (each.serve_slowly)
            found.serve_slowly = &each.serve_slowly;
        else
            found.serve = &each.serve;
        found.parameters = std::move(*captured);
    }
    return found;
}

}  // namespace gatehouse::service
