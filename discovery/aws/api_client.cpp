#include "discovery/aws/api_client.hpp"

#include "discovery/aws/http_date.hpp"
#include "discovery/aws/sigv4.hpp"
#include "discovery/aws/unanswered.hpp"
#include "discovery/aws/wait_list.hpp"

#include <map>
#include <optional>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;
using system_clock = std::chrono::system_clock;

// A clock that is off by less was not what AWS refused: it takes signatures that are five minutes old.
constexpr auto noticeable = std::chrono::minutes(1);

std::string_view label(http_failure::reason why)
{
    switch (why) {
    case http_failure::reason::unresolved: return "unresolved";
    case http_failure::reason::refused: return "refused";
    case http_failure::reason::tls: return "tls";
    case http_failure::reason::timeout: return "timeout";
    case http_failure::reason::reset: return "reset";
    case http_failure::reason::invalid: return "invalid";
    case http_failure::reason::closed: break;
    }
    return "closed";
}

http_request compose(const api_call& what, const url& where)
{
    http_request made;
    made.host = authority(where);
    made.path = where.path;
    made.query = where.query;
    made.fields.push_back({"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
    made.body = what.parameters.text();
    return made;
}

api_error given_up()
{
    return {error_kind::transient, 0, "", "AWS is no longer asked"};
}

}  // namespace

struct api_client::state {
    // A call, and what was done for it already.
    struct call {
        explicit call(api_call asked) : what(std::move(asked)) {}

        api_call what;
        retry_policy::call attempts;
        std::optional<credentials> signed_with;  // of the last attempt; empty: nothing was sent
        std::string date;                        // of its answer
        bool renewed_keys = false, corrected_clock = false;
    };

    state(asio::any_io_executor ex, api_settings with, credential_chain& chain, service::log& log,
          request_counter counter, std::function<system_clock::time_point()> clock_now)
        : executor(std::move(ex)), settings(std::move(with)), keys(chain), out(log),
          count(std::move(counter)), now(std::move(clock_now)), retries(settings.retries), pauses(executor)
    {}

    static asio::awaitable<result<std::string>> ask(std::shared_ptr<state> self, api_call what);
    asio::awaitable<result<std::string>> attempt(call& made);
    result<std::string> judge(const call& made, http_result answer);
    bool mend(call& made, error_kind failed);
    bool renew_keys(call& made);
    bool correct_clock(const std::string& date);

    asio::any_io_executor executor;
    api_settings settings;
    credential_chain& keys;  // not to be touched once `ended`, and neither are the next three
    service::log& out;
    request_counter count;
    std::function<system_clock::time_point()> now;
    system_clock::duration clock_error{};  // what our clock lacks
    retry_policy retries;
    wait_list pauses;
    std::map<std::string, http_client> clients;  // by service
    bool ended = false;
};

api_client::api_client(asio::any_io_executor executor, api_settings settings, credential_chain& keys,
                       service::log& out, request_counter count,
                       std::function<system_clock::time_point()> now)
    : state_(std::make_shared<state>(std::move(executor), std::move(settings), keys, out, std::move(count),
                                     std::move(now)))
{}

api_client::~api_client()
{
    state_->ended = true;
    for (auto& [service, client] : state_->clients) client.close();
    state_->pauses.wake_all();
}

unsigned api_client::poll_slowdown() const noexcept
{
    return state_->retries.poll_slowdown();
}

asio::awaitable<result<std::string>> api_client::ask(api_call what)
{
    return state::ask(state_, std::move(what));
}

asio::awaitable<result<std::string>> api_client::state::ask(std::shared_ptr<state> self, api_call what)
{
    call made(std::move(what));
    while (!self->ended) {
        auto answer = co_await self->attempt(made);
        if (self->ended) break;
        if (answer.has_value()) {
            self->retries.finish(made.attempts, retry_policy::ending::success);
            co_return answer;
        }
        if (self->mend(made, answer.error().kind)) continue;
        const auto pause = self->retries.retry_after(made.attempts, answer.error().kind);
        if (!pause) {
            self->retries.finish(made.attempts, retry_policy::ending::failure);
            co_return answer;
        }
        co_await self->pauses.wait(std::chrono::steady_clock::now() + *pause);
    }
    co_return given_up();
}

asio::awaitable<result<std::string>> api_client::state::attempt(call& made)
{
    made.signed_with.reset();
    auto found = co_await keys.current();
    if (ended) co_return given_up();
    if (found.has_error()) co_return found.error();
    made.signed_with = *std::move(found);
    const auto& service = made.what.service;
    const auto where = endpoint(service, settings.region, settings.endpoints);
    auto request = compose(made.what, where);
    sign(request, *made.signed_with, settings.region, service, now() + clock_error);
    auto& client = clients.try_emplace(service, executor, where, settings.limits).first->second;
    auto answer = co_await client.ask(std::move(request));
    if (ended) co_return given_up();
    made.date = answer ? answer->date : "";
    co_return judge(made, std::move(answer));
}

result<std::string> api_client::state::judge(const call& made, http_result answer)
{
    const auto told = [&](std::string_view what) { count(made.what.service, made.what.action, what); };
    if (answer.has_error()) {
        told(label(answer.error().why));
        return unanswered(answer.error());
    }
    if (answer->status == 200) {
        told("success");
        return std::move(answer->body);
    }
    auto failed = read_error(answer->status, answer->body);
    told(to_string(failed.kind));
    return failed;
}

// True when the call may succeed now, at once.
bool api_client::state::mend(call& made, error_kind failed)
{
    if (!made.signed_with) return false;
    if (failed == error_kind::expired_token) return renew_keys(made);
    if (failed != error_kind::clock_skew) return false;
    if (!std::exchange(made.corrected_clock, true) && correct_clock(made.date)) return true;
    // EC2 has one code for both: where the clock is right, the keys are too old.
    return !made.signed_with->session_token.empty() && renew_keys(made);
}

bool api_client::state::renew_keys(call& made)
{
    if (std::exchange(made.renewed_keys, true)) return false;
    keys.refuse(*made.signed_with);
    return true;
}

bool api_client::state::correct_clock(const std::string& date)
{
    const auto theirs = parse_http_date(date);
    if (!theirs) return false;
    const auto lacking = *theirs - now();
    if (std::chrono::abs(lacking - clock_error) < noticeable) return false;
    clock_error = lacking;
    if (std::chrono::abs(lacking) < noticeable)
        out.info("this machine's clock is right again");
    else
        out.warning("this machine's clock is wrong, requests to AWS are signed with the time of AWS",
                    {{"seconds_behind", std::chrono::duration_cast<std::chrono::seconds>(lacking).count()}});
    return true;
}

}  // namespace gatehouse::discovery::aws
