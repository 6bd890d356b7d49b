#include "lb/router/route_request.hpp"

namespace gatehouse::lb {

std::string_view host_of(const route_request& asked) noexcept
{
    const auto authority = asked.head.authority.of(asked.bytes);
    const auto bracket = authority.starts_with('[') ? authority.find(']') : 0;
    if (bracket == authority.npos) return authority;
    return authority.substr(0, authority.find(':', bracket));
}

std::string_view path_of(const route_request& asked) noexcept
{
    const auto path = asked.head.path.of(asked.bytes);
    return path.empty() && asked.head.absolute_form ? "/" : path;
}

}  // namespace gatehouse::lb
