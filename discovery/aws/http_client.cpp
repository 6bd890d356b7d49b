#include "discovery/aws/http_client.hpp"

#include "discovery/aws/http_connection.hpp"
#include "discovery/aws/wait_list.hpp"
#include "discovery/name_service.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using clock = std::chrono::steady_clock;
using reason = http_failure::reason;

constexpr std::size_t at_once = 4;
constexpr auto keep_for = std::chrono::seconds(30);  // idle for longer, it may be gone without a sign

http_message compose(http_request&& what, const url& server)
{
    http_message made;
    made.version(11);
    made.method_string(what.method);
    made.target(what.query.empty() ? what.path : what.path + '?' + what.query);
    made.set(http::field::host, what.host.empty() ? authority(server) : what.host);
    for (const auto& field : what.fields) made.insert(field.name, field.value);
    made.set(http::field::user_agent, "Gatehouse/" GATEHOUSE_VERSION);
    made.body() = std::move(what.body);
    made.prepare_payload();
    return made;
}

}  // namespace

struct http_client::state {
    // Room for one request under way.
    struct slot {
        explicit slot(std::chrono::milliseconds patience) : names(patience) {}

        bool taken = false;
        system_names names;  // one lookup at a time, so each slot has its own
        std::shared_ptr<http_connection> connection;
    };
    // Holds a slot until the request ends.
    class turn {
    public:
        turn(state& of, slot& mine) : of_(of), mine_(mine) { mine_.taken = true; }
        ~turn()
        {
            mine_.taken = false;
            mine_.connection.reset();
            of_.turns.wake_one();
        }
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;

    private:
        state& of_;
        slot& mine_;
    };

    state(asio::any_io_executor ex, url to, http_limits bounds)
        : executor(std::move(ex)), server(std::move(to)), limits(std::move(bounds)), turns(executor)
    {
        if (server.scheme == url::protocol::https) tls = make_client_context(limits.ca_file);
    }

    slot* free_slot();
    std::shared_ptr<http_connection> take_kept();
    void keep(std::shared_ptr<http_connection> connection);
    http_failure failure(reason why, const std::string& what) const;

    static asio::awaitable<http_result> ask(std::shared_ptr<state> self, http_request what);
    asio::awaitable<http_result> send(slot& mine, http_message message, clock::time_point latest);
    asio::awaitable<name_result> addresses(slot& mine);
    asio::awaitable<std::optional<http_failure>> connect(slot& mine, clock::time_point latest);

    asio::any_io_executor executor;
    url server;
    http_limits limits;
    std::shared_ptr<asio::ssl::context> tls;  // null for http
    std::array<slot, at_once> slots{slot(limits.connect), slot(limits.connect), slot(limits.connect),
                                    slot(limits.connect)};
    wait_list turns;
    std::shared_ptr<http_connection> kept;
    clock::time_point kept_since;
    bool ended = false;
};

http_client::http_client(asio::any_io_executor executor, url server, http_limits limits)
    : state_(std::make_shared<state>(std::move(executor), std::move(server), std::move(limits)))
{}

http_client::~http_client()
{
    close();
}

void http_client::close()
{
    state_->ended = true;
    state_->kept.reset();
    for (auto& one : state_->slots)
        if (one.connection) one.connection->abort();
    state_->turns.wake_all();
}

asio::awaitable<http_result> http_client::ask(http_request what)
{
    return state::ask(state_, std::move(what));
}

asio::awaitable<http_result> http_client::state::ask(std::shared_ptr<state> self, http_request what)
{
    const auto latest = clock::now() + self->limits.total;
    while (!self->ended && !self->free_slot() && clock::now() < latest) co_await self->turns.wait(latest);
    if (self->ended) co_return self->failure(reason::closed, "given up");
    auto* const mine = self->free_slot();
    if (!mine) co_return self->failure(reason::timeout, "too many requests under way");
    const turn held(*self, *mine);
    co_return co_await self->send(*mine, compose(std::move(what), self->server), latest);
}

asio::awaitable<http_result> http_client::state::send(slot& mine, http_message message,
                                                      clock::time_point latest)
{
    if (mine.connection = take_kept(); mine.connection) {
        auto answer = co_await mine.connection->exchange(message, limits.body, latest);
        const bool repeatable =
            answer.has_error() && answer.error().why == reason::reset && mine.connection->silent();
        if (!repeatable) {
            keep(mine.connection);
            co_return answer;
        }
    }
    if (auto failed = co_await connect(mine, latest); failed) co_return *std::move(failed);
    auto answer = co_await mine.connection->exchange(message, limits.body, latest);
    keep(mine.connection);
    co_return answer;
}

asio::awaitable<std::optional<http_failure>> http_client::state::connect(slot& mine, clock::time_point latest)
{
    const auto found = co_await addresses(mine);
    if (ended) co_return failure(reason::closed, "given up");
    if (found.has_error()) co_return failure(reason::unresolved, found.error().message());
    std::optional<http_failure> failed = failure(reason::timeout, "no time left to connect");
    for (const auto& address : found->addresses) {
        const auto now = clock::now();
        if (now >= latest) break;
        mine.connection = std::make_shared<http_connection>(executor, server, tls);
        failed = co_await mine.connection->open(address, std::min(latest, now + limits.connect));
        if (!failed || failed->why == reason::tls || failed->why == reason::closed) break;
    }
    co_return failed;
}

asio::awaitable<name_result> http_client::state::addresses(slot& mine)
{
    boost::system::error_code no_literal;
    const auto literal = asio::ip::make_address(server.host, no_literal);
    if (no_literal) co_return co_await mine.names.lookup(server.host);
    name_answer itself;
    itself.addresses.push_back(literal);
    co_return itself;
}

http_client::state::slot* http_client::state::free_slot()
{
    const auto found = std::ranges::find(slots, false, &slot::taken);
    return found == slots.end() ? nullptr : &*found;
}

std::shared_ptr<http_connection> http_client::state::take_kept()
{
    auto taken = std::exchange(kept, nullptr);
    if (clock::now() - kept_since > keep_for) taken.reset();
    return taken;
}

void http_client::state::keep(std::shared_ptr<http_connection> connection)
{
    if (ended || !connection->keepable()) return;
    kept = std::move(connection);
    kept_since = clock::now();
}

http_failure http_client::state::failure(reason why, const std::string& what) const
{
    return {why, authority(server) + ": " + what};
}

}  // namespace gatehouse::discovery::aws
