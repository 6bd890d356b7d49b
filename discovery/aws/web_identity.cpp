#include "discovery/aws/web_identity.hpp"

#include "discovery/aws/form.hpp"
#include "discovery/aws/imds_answers.hpp"
#include "discovery/aws/text_file.hpp"
#include "discovery/aws/unanswered.hpp"

#include <boost/algorithm/string/trim.hpp>

#include <utility>

namespace gatehouse::discovery::aws {
namespace {

api_error broken(std::string what)
{
    return {error_kind::authentication, 0, "", std::move(what)};
}

http_request assume(const std::string& role, const std::string& session, const std::string& token)
{
    form parameters("AssumeRoleWithWebIdentity", "2011-06-15");
    parameters.add("RoleArn", role).add("RoleSessionName", session).add("WebIdentityToken", token);
    http_request asked;  // not signed: the token speaks for itself
    asked.fields.push_back({"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
    asked.body = parameters.text();
    return asked;
}

}  // namespace

web_identity::web_identity(boost::asio::any_io_executor executor, environment variables, url sts,
                           http_limits limits)
    : variables_(std::move(variables)), sts_(std::move(executor), std::move(sts), std::move(limits))
{}

boost::asio::awaitable<source_result> web_identity::fetch()
{
    const auto file = variables_("AWS_WEB_IDENTITY_TOKEN_FILE");
    if (file.empty()) co_return std::nullopt;
    const auto role = variables_("AWS_ROLE_ARN");
    if (role.empty()) co_return broken("AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
    const auto token = read_text_file(file);
    if (token.has_error())
        co_return broken("AWS_WEB_IDENTITY_TOKEN_FILE: " + file + ": " + token.error().message());
    auto session = variables_("AWS_ROLE_SESSION_NAME");
    if (session.empty()) session = "gatehouse";
    const auto answer = co_await sts_.ask(assume(role, session, boost::algorithm::trim_copy(*token)));
    if (answer.has_error()) co_return unanswered(answer.error());
    if (answer->status != 200) co_return read_error(answer->status, answer->body);
    auto keys = read_web_identity(answer->body, "web identity " + role);
    if (keys.has_error()) co_return keys.error();
    co_return *std::move(keys);
}

}  // namespace gatehouse::discovery::aws
