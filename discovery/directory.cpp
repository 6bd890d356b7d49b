#include "discovery/directory.hpp"

#include "discovery/aws/account.hpp"
#include "discovery/aws/asg_poller.hpp"
#include "discovery/inventory_metrics.hpp"
#include "discovery/state_file.hpp"
#include "service/background.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <prometheus/counter.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace gatehouse::discovery {
namespace {

using std::chrono::system_clock;

// How far the ages on disk may lag behind while the members stay the same.
constexpr auto save_at_least_every = std::chrono::minutes(1);

// Names the source of a group whose members are worth keeping on disk; empty for one that is on this machine.
std::string source_of(const conf::group& settings)
{
    if (const auto* dns = std::get_if<conf::dns_source>(&settings.source)) return "dns:" + dns->name;
    const auto* asg = std::get_if<conf::asg_source>(&settings.source);
    if (!asg) return {};
    std::string source = asg->names.empty() ? "asg_tags:" : "asg:";
    for (const auto& name : asg->names) source += name + ':';  // no name holds a colon
    for (const auto& [key, value] : asg->tags)
        source += std::to_string(key.size()) + ' ' + key + std::to_string(value.size()) + ' ' + value;
    return source;
}

bool follows_auto_scaling(const conf::group& settings)
{
    return std::holds_alternative<conf::asg_source>(settings.source);
}

// How many of `these` are not among `those`, both ordered by id.
std::uint64_t count_missing(const std::vector<member>& these, const std::vector<member>& those)
{
    return static_cast<std::uint64_t>(std::ranges::count_if(these, [&](const member& one) {
        return !std::ranges::binary_search(those, one.id, {}, &member::id);
    }));
}

// After the thread's end, for what is still under way: at once.
service::job_runner read_by(const std::shared_ptr<service::background>& thread)
{
    return [of = std::weak_ptr(thread)](std::function<void()> job) {
        const auto alive = of.lock();
        return alive ? alive->run(std::move(job)) : service::run_at_once(std::move(job));
    };
}

// Holds no account while it waits: whoever closes that ends the calls.
boost::asio::awaitable<aws::discover_report> discover_as(std::weak_ptr<aws::account> whose, aws::ask_aws ask,
                                                         aws::discover_request what, service::job_runner elsewhere)
{
    auto found = co_await aws::discover(std::move(ask), std::move(what), std::move(elsewhere));
    auto who = whose.lock();
    if (!who) co_return found;
    auto asked = who->who();
    who.reset();
    auto identity = co_await std::move(asked);
    found.region = std::move(identity.region);
    found.credentials = std::move(identity.credentials);
    co_return found;
}

}  // namespace

struct directory::state : std::enable_shared_from_this<state> {  // posted work finds out whether it is still there
    struct followed {
        conf::group settings;
        std::unique_ptr<provider> source;
    };

    state(boost::asio::io_context& on, prometheus::Registry& registry, service::log& to,
          provider_factory with)
        : loop(on), out(to), make(std::move(with)),
          polls(prometheus::BuildCounter()
                    .Name("gatehouse_discovery_polls_total")
                    .Help("Looks at the source of a group, by kind of source and result")
                    .Register(registry)),
          aws_requests(prometheus::BuildCounter()
                           .Name("gatehouse_aws_requests_total")
                           .Help("Requests sent to AWS, by service, operation and result")
                           .Register(registry))
    {}

    void forget_missing(const std::vector<conf::group>& configured);
    void follow(const conf::group& settings);
    const std::shared_ptr<aws::asg_poller>& auto_scaling();
    std::shared_ptr<const group_snapshot> last_known(const conf::group& settings) const;
    void restore(const std::string& group, std::shared_ptr<const group_snapshot> known);
    void count(const std::string& group, poll_result how);
    void take(const std::string& group, std::shared_ptr<const group_snapshot> told);
    void log_change(const group_snapshot* before, const group_snapshot& after);
    void remember(const std::string& group, bool differs);
    void tell_soon();
    void tell_when_quiet(std::optional<std::uint64_t> last_turn);  // how many were taken until then
    void tell();
    void save();
    static boost::asio::awaitable<void> save_elsewhere(std::weak_ptr<state> weak, std::shared_ptr<state_file> disk,
                                                       remembered_groups groups);
    void close();

    boost::asio::io_context& loop;
    service::log& out;
    provider_factory make;
    prometheus::Family<prometheus::Counter>& polls;
    prometheus::Family<prometheus::Counter>& aws_requests;
    std::shared_ptr<service::background> quiet = std::make_shared<service::background>();  // reads
    std::shared_ptr<service::background> writer = std::make_shared<service::background>();  // a slow disk delays no look
    conf::aws aws_settings;
    std::shared_ptr<aws::account> account;     // made when the first group needs it
    std::shared_ptr<aws::asg_poller> looks;
    std::shared_ptr<inventory_metrics> shown = std::make_shared<inventory_metrics>(system_clock::now);
    observer changed = [](const inventory&) {};
    inventory current;
    inventory announced;  // as the observer was told: a snapshot stays until its members differ
    std::shared_ptr<state_file> disk;  // null: nothing is kept
    remembered_groups remembered;      // as on disk, or about to be
    system_clock::time_point saved{};
    bool saving = false, unsaved = false;
    bool applying = false, news = false;     // apply() tells once for all its groups, and so does a look at AWS
    bool telling = false;
    std::uint64_t taken = 0;  // snapshots
    std::map<std::string, followed> groups;  // last: providers stop before what they call goes
};

directory::directory(boost::asio::io_context& loop, prometheus::Registry& registry, service::log& out,
                     provider_factory make)
    : state_(std::make_shared<state>(loop, registry, out, std::move(make)))
{}

directory::~directory() { state_->close(); }

// What was posted or awaits an answer may hold the state a moment longer, and finds it closed.
void directory::state::close()
{
    groups.clear();
    looks.reset();
    account.reset();
    quiet.reset();
    writer.reset();
    if (disk && (saving || unsaved)) disk->save(remembered);
    disk.reset();
    changed = [](const inventory&) {};
}

void directory::observe(observer changed)
{
    state_->changed = std::move(changed);
}

void directory::persist_in(const std::string& state_dir, const std::string& file)
{
    state_->disk.reset();
    state_->remembered.clear();
    if (state_dir.empty()) return;
    state_->disk = std::make_shared<state_file>(state_dir, file, state_->out);
    state_->remembered = state_->disk->load();
}

const inventory& directory::current() const noexcept
{
    return state_->current;
}

aws::ask_aws directory::aws_caller() const
{
    return state_->account ? state_->account->caller() : aws::ask_aws();
}

std::optional<boost::asio::awaitable<aws::discover_report>> directory::discover() const
{
    if (!state_->account) return std::nullopt;
    aws::discover_request what{{}, state_->aws_settings.lifecycle_hook};
    for (const auto& [name, followed] : state_->groups)
        if (const auto* source = std::get_if<conf::asg_source>(&followed.settings.source))
            what.groups.emplace_back(name, *source);
    if (what.groups.empty()) return std::nullopt;
    return discover_as(state_->account, state_->account->caller(), std::move(what), read_by(state_->quiet));
}

std::shared_ptr<prometheus::Collectable> directory::metrics() const
{
    return state_->shown;
}

void directory::apply(const std::vector<conf::group>& groups, const conf::aws& aws)
{
    auto& self = *state_;
    self.applying = true;
    const bool other_aws = aws != self.aws_settings;
    if (other_aws) {
        self.aws_settings = aws;
        self.looks.reset();  // providers that are about to be replaced hold it still
        self.account.reset();
    }
    self.forget_missing(groups);
    for (const auto& settings : groups) {
        const auto known = self.groups.find(settings.name);
        if (known == self.groups.end() || known->second.settings != settings ||
            (other_aws && follows_auto_scaling(settings)))
            self.follow(settings);
    }
    self.applying = false;
    if (std::exchange(self.news, false)) self.tell();
    if (self.unsaved) self.save();
}

void directory::state::forget_missing(const std::vector<conf::group>& configured)
{
    const auto gone = [&](const auto& entry) {
        return std::ranges::find(configured, entry.first, &conf::group::name) == configured.end();
    };
    std::erase_if(remembered, gone);
    std::erase_if(groups, [&](const auto& entry) {
        if (!gone(entry)) return false;
        shown->forget(entry.first);
        announced.erase(entry.first);
        news = current.erase(entry.first) > 0 || news;
        return true;
    });
}

void directory::state::follow(const conf::group& settings)
{
    const auto& name = settings.name;
    const auto known = last_known(settings);
    auto& entry = groups[name];
    entry.source.reset();
    entry.settings = settings;
    const bool polled = !source_of(settings).empty();
    shown->follow(name, polled ? inventory_metrics::source::polled : inventory_metrics::source::watched);
    if (!polled) remembered.erase(name);
    if (known) restore(name, known);
    provider_setup setup(loop.get_executor(), out);
    setup.last_known = known;
    setup.polled = [this, name](poll_result how) { count(name, how); };
    if (follows_auto_scaling(settings)) setup.auto_scaling = auto_scaling();
    entry.source = make(settings, std::move(setup));
    entry.source->start([this, name](auto told) { take(name, std::move(told)); });
}

const std::shared_ptr<aws::asg_poller>& directory::state::auto_scaling()
{
    if (looks) return looks;
    account = std::make_shared<aws::account>(
        loop.get_executor(), aws_settings, out,
        [of = weak_from_this()](const std::string& service, const std::string& operation, std::string_view result) {
            const auto alive = of.lock();
            if (!alive) return;
            const std::map<std::string, std::string> labels{
                {"service", service}, {"operation", operation}, {"result", std::string(result)}};
            alive->aws_requests.Add(labels).Increment();
        });
    aws::asg_poller::settings rhythm{aws_settings.poll_interval, [of = std::weak_ptr(account)] {
                                         const auto alive = of.lock();
                                         return alive ? alive->poll_slowdown() : 1.0;
                                     },
                                     read_by(quiet)};
    looks = std::make_shared<aws::asg_poller>(loop.get_executor(), out, account->caller(), std::move(rhythm));
    return looks;
}

// What is known of the very source that is now configured, from this run or from disk.
std::shared_ptr<const group_snapshot> directory::state::last_known(const conf::group& settings) const
{
    const auto source = source_of(settings);
    if (source.empty()) return nullptr;
    const auto before = groups.find(settings.name);
    if (before != groups.end() && source_of(before->second.settings) == source) {
        const auto now = current.find(settings.name);
        return now == current.end() ? nullptr : now->second;
    }
    const auto kept = remembered.find(settings.name);
    return kept != remembered.end() && kept->second.source == source ? kept->second.snapshot : nullptr;
}

void directory::state::restore(const std::string& group, std::shared_ptr<const group_snapshot> known)
{
    shown->confirm(group, known->as_of);
    const auto [place, missing] = current.try_emplace(group, std::move(known));
    if (!missing) return;
    announced.insert_or_assign(group, place->second);
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(system_clock::now() - place->second->as_of).count();
    out.info("group serves from its last good inventory",
             {{"group", group},
              {"members", static_cast<std::uint64_t>(place->second->members.size())},
              {"age_seconds", static_cast<std::int64_t>(age)}});
    news = true;
}

void directory::state::count(const std::string& group, poll_result how)
{
    const auto kind = provider_name(groups.at(group).settings);
    polls.Add({{"provider", std::string(kind)}, {"result", std::string(to_string(how))}}).Increment();
    if (how != poll_result::success) shown->failed(group);
}

void directory::state::take(const std::string& group, std::shared_ptr<const group_snapshot> told)
{
    ++taken;
    const auto before = std::exchange(current[group], told);
    const bool differs = !before || before->members != told->members;
    shown->confirm(group, told->as_of);
    remember(group, differs);
    if (!differs) return;
    log_change(before.get(), *told);
    announced.insert_or_assign(group, std::move(told));
    news = true;
    tell_soon();
}

// One look at AWS may change many groups, and tells of them over several turns of the loop: they are told together in
// the first turn that brings nothing more.
void directory::state::tell_soon()
{
    if (!applying && !std::exchange(telling, true)) tell_when_quiet(std::nullopt);
}

void directory::state::tell_when_quiet(std::optional<std::uint64_t> last_turn)
{
    boost::asio::post(loop, [weak = weak_from_this(), last_turn] {
        const auto self = weak.lock();
        if (!self) return;
        if (last_turn != self->taken) return self->tell_when_quiet(self->taken);
        self->telling = false;
        if (std::exchange(self->news, false)) self->tell();
        if (self->unsaved) self->save();
    });
}

void directory::state::log_change(const group_snapshot* before, const group_snapshot& after)
{
    static const shared_list<member> nobody;
    const auto& old = before ? before->members : nobody;
    out.info("group changed", {{"group", after.group},
                               {"members", static_cast<std::uint64_t>(after.members.size())},
                               {"joined", count_missing(after.members, old)},
                               {"left", count_missing(old, after.members)}});
}

void directory::state::remember(const std::string& group, bool differs)
{
    const auto source = source_of(groups.at(group).settings);
    if (!disk || source.empty()) return;
    remembered.insert_or_assign(group, remembered_group{source, current.at(group)});
    if (!differs && system_clock::now() - saved < save_at_least_every) return;
    unsaved = true;
    tell_soon();
}

// Writing and syncing takes milliseconds: one file at a time, and the last one is the newest.
void directory::state::save()
{
    if (!disk || std::exchange(saving, true)) return;
    unsaved = false;
    saved = system_clock::now();
    auto finished = [weak = weak_from_this()](std::exception_ptr failed) {
        const auto self = weak.lock();
        if (!failed || !self) return;
        self->out.error("the last good inventory was not saved");
        self->saving = false;
        self->unsaved = true;
    };
    boost::asio::co_spawn(loop, save_elsewhere(weak_from_this(), disk, remembered), std::move(finished));
}

boost::asio::awaitable<void> directory::state::save_elsewhere(std::weak_ptr<state> weak, std::shared_ptr<state_file> disk,
                                                              remembered_groups groups)
{
    auto self = weak.lock();
    if (!self || !self->writer) co_return;
    std::function<void()> job = [&] { disk->save(groups); };
    auto written = self->writer->run(std::move(job));
    self.reset();
    co_await std::move(written);
    self = weak.lock();
    if (!self) co_return;
    self->saving = false;
    if (self->unsaved) self->save();
}

void directory::state::tell()
{
    shown->show(current);
    changed(announced);
}

}  // namespace gatehouse::discovery
