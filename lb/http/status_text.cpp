#include "lb/http/forward_head.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace gatehouse::lb::http {
namespace {

struct status_name {
    unsigned status;
    std::string_view phrase;
};

// RFC 9110 15 and the registry, by status.
constexpr std::array names{
    status_name{100, "Continue"},
    status_name{101, "Switching Protocols"},
    status_name{103, "Early Hints"},
    status_name{200, "OK"},
    status_name{201, "Created"},
    status_name{202, "Accepted"},
    status_name{203, "Non-Authoritative Information"},
    status_name{204, "No Content"},
    status_name{205, "Reset Content"},
    status_name{206, "Partial Content"},
    status_name{300, "Multiple Choices"},
    status_name{301, "Moved Permanently"},
    status_name{302, "Found"},
    status_name{303, "See Other"},
    status_name{304, "Not Modified"},
    status_name{307, "Temporary Redirect"},
    status_name{308, "Permanent Redirect"},
    status_name{400, "Bad Request"},
    status_name{401, "Unauthorized"},
    status_name{402, "Payment Required"},
    status_name{403, "Forbidden"},
    status_name{404, "Not Found"},
    status_name{405, "Method Not Allowed"},
    status_name{406, "Not Acceptable"},
    status_name{407, "Proxy Authentication Required"},
    status_name{408, "Request Timeout"},
    status_name{409, "Conflict"},
    status_name{410, "Gone"},
    status_name{411, "Length Required"},
    status_name{412, "Precondition Failed"},
    status_name{413, "Content Too Large"},
    status_name{414, "URI Too Long"},
    status_name{415, "Unsupported Media Type"},
    status_name{416, "Range Not Satisfiable"},
    status_name{417, "Expectation Failed"},
    status_name{418, "I'm a teapot"},
    status_name{421, "Misdirected Request"},
    status_name{422, "Unprocessable Content"},
    status_name{425, "Too Early"},
    status_name{426, "Upgrade Required"},
    status_name{428, "Precondition Required"},
    status_name{429, "Too Many Requests"},
    status_name{431, "Request Header Fields Too Large"},
    status_name{451, "Unavailable For Legal Reasons"},
    status_name{500, "Internal Server Error"},
    status_name{501, "Not Implemented"},
    status_name{502, "Bad Gateway"},
    status_name{503, "Service Unavailable"},
    status_name{504, "Gateway Timeout"},
    status_name{505, "HTTP Version Not Supported"},
    status_name{511, "Network Authentication Required"},
};

struct page {
    std::array<char, 256> text{};
    std::size_t size = 0;

    constexpr void add(std::string_view part)
    {
        for (const char c : part) text[size++] = c;
    }
};

constexpr page make_page(const status_name& what)
{
    const std::array<char, 3> digits{static_cast<char>('0' + what.status / 100),
                                     static_cast<char>('0' + what.status / 10 % 10),
                                     static_cast<char>('0' + what.status % 10)};
    const std::string_view number(digits.data(), digits.size());
    page made;
    for (const auto part :
         {std::string_view("<!DOCTYPE html>\r\n<html><head><title>"), number, std::string_view(" "),
          what.phrase, std::string_view("</title></head>\r\n<body><h1>"), number, std::string_view(" "),
          what.phrase, std::string_view("</h1></body></html>\r\n")})
        made.add(part);
    return made;
}

constexpr auto pages = [] {
    std::array<page, names.size()> made{};
    for (std::size_t i = 0; i < names.size(); ++i) made[i] = make_page(names[i]);
    return made;
}();

// The index of the status, names.size() when it has no name.
std::size_t index_of(unsigned status) noexcept
{
    const auto at =
        std::lower_bound(names.begin(), names.end(), status,
                         [](const status_name& each, unsigned wanted) { return each.status < wanted; });
    return at == names.end() || at->status != status ? names.size()
                                                     : static_cast<std::size_t>(at - names.begin());
}

}  // namespace

std::string_view reason_phrase(unsigned status) noexcept
{
    const auto at = index_of(status);
    return at == names.size() ? std::string_view{} : names[at].phrase;
}

std::string_view error_page(unsigned status) noexcept
{
    const auto at = index_of(status);
    if (at == names.size()) return "<!DOCTYPE html>\r\n<html><head><title>Error</title></head></html>\r\n";
    return {pages[at].text.data(), pages[at].size};
}

}  // namespace gatehouse::lb::http
