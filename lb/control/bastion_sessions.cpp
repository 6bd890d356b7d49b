#include "lb/control/bastion_sessions.hpp"

#include "conf/address.hpp"
#include "lb/control/bastion_query.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <map>
#include <set>
#include <utility>

namespace gatehouse::lb {
namespace {

namespace asio = boost::asio;
using kind = bastion_answer::kind;

constexpr std::int64_t ask_again_ms = 3'000;
constexpr std::int64_t fresh_ms = 10'000;  // an older answer is none

}  // namespace

struct bastion_sessions::state {
    state(asio::any_io_executor on, service::log& to) : executor(std::move(on)), out(to) {}

    struct answer {
        bool some = false;
        std::int64_t asked_ms = 0;
    };

    // About one after the other: what is wrong with the bastion is wrong for all of them.
    static asio::awaitable<void> round(std::shared_ptr<state> self, std::int64_t now_ms);
    bool take(const bastion_answer& told, const std::string& instance, std::int64_t now_ms);
    void say(const bastion_answer& told);

    asio::any_io_executor executor;
    service::log& out;
    std::shared_ptr<const conf::admin> endpoint;  // null: there is nobody to ask
    std::set<std::string> wanted;                 // since the last round began
    std::map<std::string, answer> answers;        // by instance
    std::optional<std::int64_t> asked_ms;
    std::optional<kind> said;  // some and none are the same here
    bool asking = false, ended = false;
};

bastion_sessions::bastion_sessions(asio::any_io_executor control, service::log& out)
    : state_(std::make_shared<state>(std::move(control), out))
{}

bastion_sessions::~bastion_sessions() { state_->ended = true; }

void bastion_sessions::configure(const std::optional<conf::bastion>& settings)
{
    auto& self = *state_;
    const bool asked = settings && settings->admin.bind.port != 0;
    if (asked ? self.endpoint && *self.endpoint == settings->admin : !self.endpoint) return;
    self.endpoint = asked ? std::make_shared<const conf::admin>(settings->admin) : nullptr;
    self.answers.clear();
    self.asked_ms.reset();
    self.said.reset();
}

bool bastion_sessions::configured() const noexcept { return state_->endpoint != nullptr; }

std::optional<bool> bastion_sessions::lead_to(const std::string& instance, std::int64_t now_ms)
{
    auto& self = *state_;
    if (!self.endpoint) return false;
    self.wanted.insert(instance);
    if (!self.asking && (!self.asked_ms || now_ms - *self.asked_ms >= ask_again_ms)) {
        self.asking = true;
        self.asked_ms = now_ms;
        asio::co_spawn(self.executor, state::round(state_, now_ms), [at = state_](std::exception_ptr failed) {
            at->asking = false;
            if (failed && !at->ended) at->out.error("a question to the bastion ended badly");
        });
    }
    const auto found = self.answers.find(instance);
    if (found == self.answers.end() || now_ms - found->second.asked_ms > fresh_ms) return std::nullopt;
    return found->second.some;
}

asio::awaitable<void> bastion_sessions::state::round(std::shared_ptr<state> self, std::int64_t now_ms)
{
    co_await asio::post(self->executor, asio::use_awaitable);  // behind all that are wanted in this event
    const auto whom = self->endpoint;
    const auto ids = std::exchange(self->wanted, {});
    std::erase_if(self->answers, [&](const auto& one) { return now_ms - one.second.asked_ms > fresh_ms; });
    for (const auto& id : ids) {
        if (self->ended || !whom || whom != self->endpoint) co_return;
        const auto told = co_await ask_bastion(*whom, id);
        if (self->ended || whom != self->endpoint || !self->take(told, id, now_ms)) co_return;
    }
}

// False when asking on is of no use.
bool bastion_sessions::state::take(const bastion_answer& told, const std::string& instance, std::int64_t now_ms)
{
    say(told);
    if (told.told == kind::unclear) answers.clear();
    else answers[instance] = {told.told == kind::some, now_ms};
    return told.told != kind::unclear;
}

void bastion_sessions::state::say(const bastion_answer& told)
{
    const auto what = told.told == kind::some ? kind::none : told.told;
    const auto before = std::exchange(said, what);
    if (before == what) return;
    const auto where = conf::to_string(endpoint->bind);
    if (what == kind::unclear)
        out.warning("the bastion does not tell of its sessions, terminating instances are held",
                    {{"address", where}, {"reason", told.reason}});
    else if (what == kind::no_bastion)
        out.info("no bastion runs on this node, so no session holds a terminating instance", {{"address", where}});
    else if (before)
        out.info("the bastion tells of its sessions", {{"address", where}});
}

}  // namespace gatehouse::lb
