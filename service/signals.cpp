#include "service/signals.hpp"

#include "service/exit_code.hpp"

#include <boost/asio/signal_set.hpp>

#include <signal.h>
#include <unistd.h>

#include <utility>

namespace gatehouse::service {

extern "C" {
static void leave_at_once(int)
{
    ::_exit(exit_code::problem);
}
}

struct signals::state {
    state(boost::asio::io_context& loop, std::function<void()> on_reload, std::function<void()> on_drain)
        : hangup(loop, SIGHUP), terminate(loop, SIGTERM, SIGINT), reload(std::move(on_reload)),
          drain(std::move(on_drain))
    {}

    static void wait_for_reload(const std::shared_ptr<state>& self);
    static void wait_for_drain(const std::shared_ptr<state>& self);

    boost::asio::signal_set hangup, terminate;
    std::function<void()> reload, drain;
    bool stopped = false;
};

void signals::state::wait_for_reload(const std::shared_ptr<state>& self)
{
    self->hangup.async_wait([self](const boost::system::error_code& cancelled, int) {
        if (cancelled || self->stopped) return;
        self->reload();
        if (!self->stopped) wait_for_reload(self);
    });
}

void signals::state::wait_for_drain(const std::shared_ptr<state>& self)
{
    self->terminate.async_wait([self](const boost::system::error_code& cancelled, int) {
        if (cancelled || self->stopped) return;
        // The second one must not depend on this loop, so it is a plain handler. Not the default action
        // either: the kernel withholds that from PID 1 of a container.
        boost::system::error_code ignored;
        self->terminate.clear(ignored);
        struct sigaction at_once {};
        at_once.sa_handler = leave_at_once;
        for (const int each : {SIGTERM, SIGINT}) ::sigaction(each, &at_once, nullptr);
        self->drain();
    });
}

signals::signals(boost::asio::io_context& loop, std::function<void()> reload, std::function<void()> drain)
    : state_(std::make_shared<state>(loop, std::move(reload), std::move(drain)))
{
    ::signal(SIGPIPE, SIG_IGN);
    state::wait_for_reload(state_);
    state::wait_for_drain(state_);
}

signals::~signals()
{
    state_->stopped = true;
    boost::system::error_code ignored;
    state_->hangup.clear(ignored);
    state_->terminate.clear(ignored);
    state_->hangup.cancel(ignored);
    state_->terminate.cancel(ignored);
    for (const int each : {SIGTERM, SIGINT}) ::signal(each, SIG_DFL);
}

}  // namespace gatehouse::service
