#include "discovery/aws/imds.hpp"

#include "conf/syntax.hpp"
#include "discovery/aws/imds_answers.hpp"
#include "discovery/aws/unanswered.hpp"

#include <boost/algorithm/string/trim.hpp>

#include <utility>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;
using optional_text = result<std::optional<std::string>>;

constexpr auto token_life = std::chrono::hours(6);    // the longest there is
constexpr auto before_end = std::chrono::minutes(5);  // when it is replaced
constexpr const char* hop_hint =
    "; if this runs in a container, the instance's metadata hop limit must be 2 (aws ec2 "
    "modify-instance-metadata-options --http-put-response-hop-limit 2)";
constexpr const char* roles = "iam/security-credentials/";

http_request token_request()
{
    http_request asked;
    asked.method = "PUT";
    asked.path = "/latest/api/token";
    const auto life = std::chrono::duration_cast<std::chrono::seconds>(token_life).count();
    asked.fields.push_back({"X-aws-ec2-metadata-token-ttl-seconds", std::to_string(life)});
    return asked;
}

http_request look(const std::string& path, const std::string& token)
{
    http_request asked;
    asked.method = "GET";
    asked.path = "/latest/meta-data/" + path;
    asked.fields.push_back({"X-aws-ec2-metadata-token", token});
    return asked;
}

api_error no_answer(const http_failure& failed)
{
    auto error = unanswered(failed);
    error.message.insert(0, "instance metadata at ");
    return error;
}

api_error no_token(const http_failure& failed)
{
    auto error = no_answer(failed);
    if (failed.why == http_failure::reason::timeout) error.message += hop_hint;
    return error;
}

}  // namespace

struct imds::state {
    state(asio::any_io_executor executor, url server, std::function<clock::time_point()> from,
          http_limits limits)
        : http(std::move(executor), std::move(server), std::move(limits)), now(std::move(from))
    {}

    asio::awaitable<std::optional<api_error>> ensure_token();

    static asio::awaitable<optional_text> look_up(std::shared_ptr<state> self, std::string path);
    static asio::awaitable<result<std::string>> tell(std::shared_ptr<state> self, std::string path);
    static asio::awaitable<optional_text> role(std::shared_ptr<state> self);
    static asio::awaitable<result<std::optional<credentials>>> role_credentials(std::shared_ptr<state> self);

    http_client http;
    std::function<clock::time_point()> now;
    std::string token;  // empty: there is none
    clock::time_point token_until;
};

http_limits imds::brief()
{
    http_limits limits;
    limits.connect = std::chrono::seconds(1);
    limits.total = std::chrono::seconds(2);
    limits.body = 64 * 1024;
    return limits;
}

imds::imds(asio::any_io_executor executor, url server, std::function<clock::time_point()> now,
           http_limits limits)
    : state_(
          std::make_shared<state>(std::move(executor), std::move(server), std::move(now), std::move(limits)))
{}

imds::~imds()
{
    close();
}

void imds::close()
{
    state_->http.close();
}

asio::awaitable<std::optional<api_error>> imds::state::ensure_token()
{
    if (!token.empty() && now() < token_until) co_return std::nullopt;
    const auto asked_at = now();
    const auto answer = co_await http.ask(token_request());
    if (answer.has_error()) co_return no_token(answer.error());
    if (answer->status != 200) co_return read_role_error(answer->status, answer->body);
    if (!conf::is_visible_ascii(answer->body))
        co_return api_error(error_kind::invalid_answer, 200, "", "instance metadata: the token is none");
    token = answer->body;
    token_until = asked_at + token_life - before_end;
    co_return std::nullopt;
}

asio::awaitable<optional_text> imds::state::look_up(std::shared_ptr<state> self, std::string path)
{
    for (bool renewed = false;; renewed = true) {
        if (auto failed = co_await self->ensure_token(); failed) co_return *std::move(failed);
        const auto used = self->token;
        auto answer = co_await self->http.ask(look(path, used));
        if (answer.has_error()) co_return no_answer(answer.error());
        if (answer->status == 200) co_return boost::algorithm::trim_copy(answer->body);
        if (answer->status == 404) co_return std::nullopt;
        if (answer->status != 401 || renewed) co_return read_role_error(answer->status, answer->body);
        if (self->token == used) self->token.clear();  // another request may have renewed it meanwhile
    }
}

asio::awaitable<result<std::string>> imds::state::tell(std::shared_ptr<state> self, std::string path)
{
    auto found = co_await look_up(self, path);
    if (found.has_error()) co_return found.error();
    if (!*found)
        co_return api_error(error_kind::not_found, 404, "", "instance metadata: there is no " + path);
    if (!conf::is_visible_ascii(**found))
        co_return api_error(error_kind::invalid_answer, 200, "", "instance metadata: an odd " + path);
    co_return **std::move(found);
}

asio::awaitable<optional_text> imds::state::role(std::shared_ptr<state> self)
{
    const auto found = co_await look_up(self, roles);
    if (found.has_error()) co_return found.error();
    if (!*found) co_return std::nullopt;
    auto name = (*found)->substr(0, (*found)->find('\n'));
    if (name.empty()) co_return std::nullopt;
    if (!conf::is_visible_ascii(name))
        co_return api_error(error_kind::invalid_answer, 200, "",
                            "instance metadata: the role's name is none");
    co_return name;
}

asio::awaitable<result<std::optional<credentials>>> imds::state::role_credentials(std::shared_ptr<state> self)
{
    const auto name = co_await role(self);
    if (name.has_error()) co_return name.error();
    if (!*name) co_return std::nullopt;
    const auto body = co_await look_up(self, roles + **name);
    if (body.has_error()) co_return body.error();
    if (!*body) co_return std::nullopt;
    auto keys = read_role_credentials(**body, "instance role " + **name);
    if (keys.has_error()) co_return keys.error();
    co_return *std::move(keys);
}

asio::awaitable<optional_text> imds::look_up(std::string path)
{
    return state::look_up(state_, std::move(path));
}

asio::awaitable<result<std::string>> imds::zone()
{
    return state::tell(state_, "placement/availability-zone");
}

asio::awaitable<result<std::string>> imds::region()
{
    return state::tell(state_, "placement/region");
}

asio::awaitable<result<std::string>> imds::instance_id()
{
    return state::tell(state_, "instance-id");
}

asio::awaitable<optional_text> imds::role()
{
    return state::role(state_);
}

asio::awaitable<result<std::optional<credentials>>> imds::role_credentials()
{
    return state::role_credentials(state_);
}

}  // namespace gatehouse::discovery::aws
