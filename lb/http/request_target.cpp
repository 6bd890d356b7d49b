#include "lb/http/request_target.hpp"

#include "lb/http/characters.hpp"
#include "lb/http/host.hpp"

#include <cstddef>

namespace gatehouse::lb::http {
namespace {

// The length of "http://" or "https://", 0 for anything else.
std::size_t scheme_length(std::string_view target) noexcept
{
    constexpr std::string_view plain = "http://", secure = "https://";
    if (starts_lowered(target, plain)) return plain.size();
    return starts_lowered(target, secure) ? secure.size() : 0;
}

bool split_path(std::string_view head, std::string_view text, request_head& out) noexcept
{
    const auto mark = text.find('?');
    const auto path = text.substr(0, mark);
    if (path.find('\\') != std::string_view::npos) return false;
    if (!path.empty()) out.path = slice_of(head, path);
    if (mark != std::string_view::npos) out.query = slice_of(head, text.substr(mark + 1));
    return true;
}

bool parse_absolute(std::string_view head, std::string_view target, std::size_t scheme,
                    request_head& out) noexcept
{
    const auto rest = target.substr(scheme);
    const auto end = rest.find_first_of("/?");
    const auto authority = rest.substr(0, end);
    if (!valid_authority(authority)) return false;
    out.absolute_form = true;
    out.authority = slice_of(head, authority);
    // An empty path means "/" (RFC 9110 4.2.3), but for OPTIONS, where it means the server itself (RFC 9112
    // 3.2.4). The last slash of "://" lends itself, so that the path is a range of the head even then.
    if (end == std::string_view::npos && out.verb == method::options) return true;
    out.path = slice_of(head, target.substr(scheme - 1, 1));
    return end == std::string_view::npos || split_path(head, rest.substr(end), out);
}

}  // namespace

bool parse_request_target(std::string_view head, std::string_view target, request_head& out) noexcept
{
    if (target.empty() || !all_are(target, character::target)) return false;
    if (target.front() == '/') return split_path(head, target, out);
    if (target == "*") return out.verb == method::options;
    const auto scheme = scheme_length(target);
    return scheme != 0 && parse_absolute(head, target, scheme, out);
}

}  // namespace gatehouse::lb::http
