#include "lb/http/field.hpp"

#include "lb/http/characters.hpp"

#include <array>
#include <cstddef>

namespace gatehouse::lb::http {
namespace {

struct known {
    std::string_view name;
    field_id id;
};

// By length, so that a name is compared with the few of its own length only.
constexpr std::array known_fields{
    known{"te", field_id::te},
    known{"date", field_id::date},
    known{"host", field_id::host},
    known{"cookie", field_id::cookie},
    known{"expect", field_id::expect},
    known{"server", field_id::server},
    known{"trailer", field_id::trailer},
    known{"upgrade", field_id::upgrade},
    known{"connection", field_id::connection},
    known{"keep-alive", field_id::keep_alive},
    known{"set-cookie", field_id::set_cookie},
    known{"tracestate", field_id::tracestate},
    known{"user-agent", field_id::user_agent},
    known{"traceparent", field_id::traceparent},
    known{"content-length", field_id::content_length},
    known{"accept-encoding", field_id::accept_encoding},
    known{"x-amzn-trace-id", field_id::x_amzn_trace_id},
    known{"x-forwarded-for", field_id::x_forwarded_for},
    known{"proxy-connection", field_id::proxy_connection},
    known{"x-forwarded-port", field_id::x_forwarded_port},
    known{"transfer-encoding", field_id::transfer_encoding},
    known{"x-forwarded-proto", field_id::x_forwarded_proto},
    known{"proxy-authenticate", field_id::proxy_authenticate},
    known{"proxy-authorization", field_id::proxy_authorization},
};

constexpr std::size_t longest = known_fields.back().name.size();

// first[n]: where the names of at least n characters start.
constexpr auto first = [] {
    std::array<std::uint8_t, longest + 2> made{};
    std::size_t at = 0;
    for (std::size_t size = 0; size < made.size(); ++size) {
        while (at < known_fields.size() && known_fields[at].name.size() < size) ++at;
        made[size] = static_cast<std::uint8_t>(at);
    }
    return made;
}();

}  // namespace

field_id identify(std::string_view name) noexcept
{
    if (name.size() > longest) return field_id::other;
    for (std::size_t i = first[name.size()]; i < first[name.size() + 1]; ++i)
        if (equals_lowered(name, known_fields[i].name)) return known_fields[i].id;
    return field_id::other;
}

}  // namespace gatehouse::lb::http
