#include "discovery/aws/container_credentials.hpp"

#include "discovery/aws/imds_answers.hpp"
#include "discovery/aws/text_file.hpp"
#include "discovery/aws/unanswered.hpp"

#include <boost/algorithm/string/trim.hpp>
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;

constexpr std::string_view ecs = "http://169.254.170.2";
constexpr std::array orchestrators{"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};

api_error broken(std::string what)
{
    return {error_kind::authentication, 0, "", std::move(what)};
}

bool may_be_plain(const std::string& host)
{
    if (host == "localhost") return true;
    boost::system::error_code is_name;
    const auto address = asio::ip::make_address(host, is_name);
    if (is_name) return false;
    return address.is_loopback() || std::ranges::any_of(orchestrators, [&](const char* allowed) {
               return address == asio::ip::make_address(allowed);
           });
}

// What the Authorization field says; empty when there is none to send.
result<std::string> authorization(const environment& variables)
{
    const auto file = variables("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    auto token = variables("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (!file.empty()) {
        auto text = read_text_file(file);
        if (text.has_error())
            return broken("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: " + file + ": " + text.error().message());
        token = boost::algorithm::trim_copy(*text);
    }
    const auto printable = [](char c) { return c >= 0x20 && c < 0x7f; };  // a line end would start a field
    if (!std::ranges::all_of(token, printable))
        return broken("the container's authorization token is no token");
    return token;
}

http_limits short_ones()
{
    http_limits limits;
    limits.connect = std::chrono::seconds(1);
    limits.total = std::chrono::seconds(5);
    limits.body = 64 * 1024;
    return limits;
}

}  // namespace

result<std::optional<url>> container_endpoint(const environment& variables)
{
    const auto relative = variables("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const auto full = variables("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative.empty()) {
        const auto where = parse_url(std::string(ecs) + relative);
        if (relative.front() != '/' || !where)
            return broken("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no path");
        return where;
    }
    if (full.empty()) return std::optional<url>();
    const auto where = parse_url(full);
    if (!where) return broken("AWS_CONTAINER_CREDENTIALS_FULL_URI is no URL");
    if (where->scheme == url::protocol::http && !may_be_plain(where->host))
        return broken("AWS_CONTAINER_CREDENTIALS_FULL_URI: " + where->host + " may be asked by https only");
    return where;
}

asio::awaitable<source_result> container_credentials::fetch()
{
    const auto where = container_endpoint(variables_);
    if (where.has_error()) co_return where.error();
    if (!*where) co_return std::nullopt;
    const auto token = authorization(variables_);
    if (token.has_error()) co_return token.error();
    http_request asked;
    asked.method = "GET";
    asked.path = (*where)->path;
    asked.query = (*where)->query;
    asked.fields.push_back({"Accept", "application/json"});
    if (!token->empty()) asked.fields.push_back({"Authorization", *token});
    endpoint_ = std::make_unique<http_client>(executor_, **where, short_ones());
    if (closed_) endpoint_->close();
    const auto answer = co_await endpoint_->ask(std::move(asked));
    if (answer.has_error()) {
        auto failed = unanswered(answer.error());
        failed.message.insert(0, "container credentials at ");
        co_return failed;
    }
    if (answer->status != 200) co_return read_role_error(answer->status, answer->body);
    auto keys = read_role_credentials(answer->body, "container");
    if (keys.has_error()) co_return keys.error();
    co_return *std::move(keys);
}

void container_credentials::close()
{
    closed_ = true;
    if (endpoint_) endpoint_->close();
}

}  // namespace gatehouse::discovery::aws
