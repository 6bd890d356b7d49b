#include "service/admin_guard.hpp"

#include "service/text.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/string.hpp>

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace gatehouse::service {

namespace {

namespace http = boost::beast::http;
using boost::beast::iequals;

std::string_view view(boost::beast::string_view text)
{
    return {text.data(), text.size()};
}

std::string_view field(const admin_head& head, http::field name)
{
    return view(head[name]);
}

bool is_safe(http::verb method)  // RFC 9110 section 9.2.1
{
    return method == http::verb::get || method == http::verb::head || method == http::verb::options;
}

// Host without its port: "[::1]:9101" is "::1".
std::string_view name_of(std::string_view host)
{
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        return end == host.npos ? std::string_view() : host.substr(1, end - 1);
    }
    return host.substr(0, host.find(':'));
}

// A name under an attacker's control can be pointed at this address (DNS rebinding); a literal cannot.
bool is_our_host(std::string_view host)
{
    const auto name = name_of(host);
    if (iequals(name, "localhost")) return true;
    boost::system::error_code wrong;
    boost::asio::ip::make_address(name, wrong);
    return !wrong;
}

bool is_same_origin(std::string_view origin, std::string_view host)
{
    for (const std::string_view scheme : {"http://", "https://"})
        if (origin.starts_with(scheme)) return iequals(origin.substr(scheme.size()), host);
    return false;
}

std::string_view bearer_token(std::string_view authorization)
{
    constexpr std::string_view scheme = "Bearer ";
    if (!iequals(authorization.substr(0, scheme.size()), scheme)) return {};
    return authorization.substr(scheme.size());
}

// Beast takes "Transfer-Encoding: gzip" for no body, and chunked in HTTP/1.0 for a body.
bool has_clear_framing(const admin_head& head)
{
    const auto codings = head.count(http::field::transfer_encoding);
    if (codings == 0) return true;
    return codings == 1 && head.version() == 11 &&
           iequals(field(head, http::field::transfer_encoding), "chunked");
}

std::optional<admin_response> refuse_origin(const admin_head& head)
{
    const auto host = field(head, http::field::host);
    if (!is_our_host(host))
        return admin_error(403, "Host must be an IP address or localhost for a call that changes something");
    if (head.count(http::field::origin) > 0 && !is_same_origin(field(head, http::field::origin), host))
        return admin_error(403, "this call may not come from a page of another origin");
    const auto site = view(head["Sec-Fetch-Site"]);
    if (head.count("Sec-Fetch-Site") > 0 && site != "none" && site != "same-origin")
        return admin_error(403, "this call may not come from a page of another site");
    return std::nullopt;
}

}  // namespace

admin_response admin_error(unsigned status, std::string_view what)
{
    return {status, "application/json", "{\"error\":" + json_string(what) + "}\n"};
}

bool same_secret(std::string_view given, std::string_view expected)
{
    // Hashed first: comparing digests hides the length as well.
    unsigned char a[SHA256_DIGEST_LENGTH], b[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(given.data()), given.size(), a);
    SHA256(reinterpret_cast<const unsigned char*>(expected.data()), expected.size(), b);
    return CRYPTO_memcmp(a, b, sizeof a) == 0;
}

std::optional<admin_response> refuse(const admin_head& head, std::string_view token)
{
    if (!has_clear_framing(head)) return admin_error(400, "Transfer-Encoding must be chunked, in HTTP/1.1");
    const auto hosts = head.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && head.version() == 11))
        return admin_error(400, "one Host field is needed");
    for (const auto name : {http::field::origin, http::field::authorization})
        if (head.count(name) > 1) return admin_error(400, "Origin and Authorization may appear once");
    if (is_safe(head.method())) return std::nullopt;
    if (auto foreign = refuse_origin(head)) return foreign;
    if (!token.empty() && !same_secret(bearer_token(field(head, http::field::authorization)), token))
        return admin_error(401, "this call needs the bearer token of the admin section");
    return std::nullopt;
}

}  // namespace gatehouse::service
