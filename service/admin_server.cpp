#include "service/admin_server.hpp"

#include "service/admin_session.hpp"
#include "service/sockets.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <sys/socket.h>

#include <chrono>
#include <list>
#include <system_error>
#include <utility>

namespace gatehouse::service {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t connection_limit = 64;
constexpr std::chrono::milliseconds accept_pause{200};  // after EMFILE and its like

// Not listen_on(): with SO_REUSEPORT a second daemon would quietly take half of the calls.
tcp::acceptor bind_alone(asio::io_context& loop, const conf::bind_address& where)
{
    try {
        const tcp::endpoint endpoint(asio::ip::make_address(where.address), where.port);
        tcp::acceptor made(loop, endpoint.protocol());
        made.set_option(tcp::acceptor::reuse_address(true));
        if (endpoint.address().is_v6()) made.set_option(asio::ip::v6_only(true));
        made.bind(endpoint);
        made.listen();
        return made;
    } catch (const boost::system::system_error& failed) {
        throw std::system_error(failed.code(), "admin: cannot listen on " + to_string(where));
    }
}

tcp::acceptor adopt(asio::io_context& loop, int inherited)
{
    const auto bound = local_address(inherited);
    const bool v6 = bound.address.find(':') != std::string::npos;
    return {loop, v6 ? tcp::v6() : tcp::v4(), inherited};
}

}  // namespace

struct admin_server::state {
    using stream = boost::beast::tcp_stream;

    state(asio::io_context& where, log& out)
        : loop(where), acceptor(where), slot_free(where), rules{{}, {}, out}
    {}

    static asio::awaitable<void> accept_loop(std::shared_ptr<state> self);
    static asio::awaitable<void> session(std::shared_ptr<state> self, std::list<stream>::iterator client);
    static void spawn_session(const std::shared_ptr<state>& self, tcp::socket socket);
    asio::awaitable<void> wait_for_slot();
    asio::awaitable<void> survive(error_code failed);
    void leave(std::list<stream>::iterator client);

    asio::io_context& loop;
    tcp::acceptor acceptor;
    asio::steady_timer slot_free;  // cancelled when a client leaves
    std::list<stream> clients;
    admin_rules rules;
    bool stopped = false;
};

void admin_server::state::leave(std::list<stream>::iterator client)
{
    clients.erase(client);
    slot_free.cancel();
}

asio::awaitable<void> admin_server::state::session(std::shared_ptr<state> self,
                                                   std::list<stream>::iterator client)
{
    co_await serve_admin_client(*client, self->rules);
}

void admin_server::state::spawn_session(const std::shared_ptr<state>& self, tcp::socket socket)
{
    const auto client = self->clients.emplace(self->clients.end(), std::move(socket));
    asio::co_spawn(self->loop, session(self, client), [self, client](const std::exception_ptr& failed) {
        self->leave(client);
        if (failed && !self->stopped) self->rules.out.error("admin session failed, its connection is closed");
    });
}

// At the limit nobody is refused: the next client waits in the backlog, at most until an idle one times out.
asio::awaitable<void> admin_server::state::wait_for_slot()
{
    while (!stopped && clients.size() >= connection_limit) {
        slot_free.expires_at(asio::steady_timer::time_point::max());
        co_await slot_free.async_wait(token);
    }
}

asio::awaitable<void> admin_server::state::survive(error_code failed)
{
    rules.out.warning("admin accept failed, trying again", {{"reason", failed.message()}});
    slot_free.expires_after(accept_pause);
    co_await slot_free.async_wait(token);
}

asio::awaitable<void> admin_server::state::accept_loop(std::shared_ptr<state> self)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!self->stopped) {
        co_await self->wait_for_slot();
        if (self->stopped) co_return;
        auto [failed, socket] = co_await self->acceptor.async_accept(token);
        if (self->stopped) co_return;
        if (!failed)
            spawn_session(self, std::move(socket));
        else if (failed != asio::error::connection_aborted)
            co_await self->survive(failed);
    }
}

admin_server::admin_server(asio::io_context& loop, log& out) : state_(std::make_shared<state>(loop, out)) {}

admin_server::~admin_server()
{
    stop();
}

void admin_server::route(std::string method, std::string pattern, handler serve)
{
    state_->rules.router.add(std::move(method), pattern, std::move(serve));
}

void admin_server::route_slow(std::string method, std::string pattern, slow_handler serve)
{
    state_->rules.router.add(std::move(method), pattern, nullptr, std::move(serve));
}

void admin_server::start(const conf::bind_address& where, const std::string& secret, int inherited)
{
    state_->rules.token = secret;
    state_->acceptor = inherited >= 0 ? adopt(state_->loop, inherited) : bind_alone(state_->loop, where);
    asio::co_spawn(state_->loop, state::accept_loop(state_),
                   [self = state_](const std::exception_ptr& failed) {
                       if (failed && !self->stopped)
                           self->rules.out.error("admin endpoint failed, it takes no more calls");
                   });
}

conf::bind_address admin_server::address() const
{
    const auto bound = state_->acceptor.local_endpoint();
    return {bound.address().to_string(), bound.port()};
}

void admin_server::stop()
{
    state_->stopped = true;
    error_code ignored;
    state_->acceptor.close(ignored);
    state_->slot_free.cancel();
    for (auto& each : state_->clients) each.close();
}

}  // namespace gatehouse::service
