#include "conf/syntax.hpp"

#include "conf/address.hpp"
#include "conf/scalars.hpp"

#include <algorithm>

namespace gatehouse::conf {
namespace {

bool alphanumeric(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// True when every character is a letter, a digit or one of `more`.
bool made_of(std::string_view text, std::string_view more, std::size_t longest)
{
    const auto allowed = [&](char c) { return alphanumeric(c) || more.find(c) != std::string_view::npos; };
    return !text.empty() && text.size() <= longest && std::ranges::all_of(text, allowed);
}

bool is_path(std::string_view text)
{
    return text.size() <= 1024 && is_visible_ascii(text) && text.find('#') == std::string_view::npos;
}

}  // namespace

bool is_name(std::string_view text)
{
    return made_of(text, "._-", 64);
}

bool is_login_name(std::string_view text)
{
    return made_of(text, "._-@+", 128) && text.front() != '-';
}

bool is_zone_name(std::string_view text)
{
    if (!made_of(text, "_-+/", 64) || text.ends_with('/')) return false;
    for (auto part = text; !part.empty(); part.remove_prefix(std::min(part.find('/'), part.size() - 1) + 1))
        if (part.front() == '/' || part.front() == '-' || part.front() == '+') return false;
    // These folders hold every zone once more; those under right/ count leap seconds.
    return !text.starts_with("posix/") && !text.starts_with("right/");
}

bool is_instance_id(std::string_view text)
{
    return made_of(text, "._-:", 128);
}

bool is_token(std::string_view text)
{
    return made_of(text, "!#$%&'*+-.^_`|~", 256);
}

bool is_method(std::string_view text)
{
    const auto allowed = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; };
    return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, allowed);
}

bool is_hostname(std::string_view text)
{
    if (text.ends_with('.')) text.remove_suffix(1);
    if (!made_of(text, "._-", 253)) return false;
    while (true) {
        const auto label = text.substr(0, text.find('.'));
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        if (label.size() == text.size()) return true;
        text.remove_prefix(label.size() + 1);
    }
}

bool is_host_pattern(std::string_view text)
{
    return made_of(text, "._-*?", 253);
}

bool is_path_pattern(std::string_view text)
{
    return is_path(text) && (text.front() == '/' || text.front() == '*');
}

bool is_request_path(std::string_view text)
{
    return is_path(text) && text.front() == '/';
}

bool is_visible_ascii(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_region(std::string_view text)
{
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, allowed);
}

bool is_hook_name(std::string_view text)
{
    return made_of(text, "-_/", 255);
}

bool is_metrics_namespace(std::string_view text)
{
    return made_of(text, ".-_/#:", 255) && text.front() != ':' && !text.starts_with("AWS/");
}

bool is_group_name(std::string_view text)
{
    const auto allowed = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != ':'; };
    return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, allowed);
}

bool is_origin(std::string_view text)
{
    if (text.starts_with("https://"))
        text.remove_prefix(8);
    else if (text.starts_with("http://"))
        text.remove_prefix(7);
    else
        return false;
    // A colon behind the last ']' is the port's: inside the brackets it is the address's.
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos) {
        const auto port = parse_count(text.substr(colon + 1));
        if (!port || *port == 0 || *port > 65535) return false;
        text = text.substr(0, colon);
    }
    const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
    return bracketed ? parse_address(text.substr(1, text.size() - 2)).has_value() : is_hostname(text);
}

bool is_media_type(std::string_view text)
{
    const auto essence = text.substr(0, text.find(';'));
    const auto slash = essence.find('/');
    if (text.size() > 256 || slash == std::string_view::npos) return false;
    const auto printable = [](char c) { return c >= 0x20 && c < 0x7f; };
    const auto subtype = essence.substr(slash + 1, essence.find(' ', slash) - slash - 1);
    return is_token(essence.substr(0, slash)) && is_token(subtype) && std::ranges::all_of(text, printable);
}

}  // namespace gatehouse::conf
