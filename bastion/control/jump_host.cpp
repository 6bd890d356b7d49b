#include "bastion/control/jump_host.hpp"

#include "bastion/ssh/server.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>
#include <utility>

namespace gatehouse::bastion {
namespace {

constexpr std::int64_t stuck_after_ms = 10'000, read_again_after_ms = 10'000;
const std::string listener_name = "ssh";

// More do not help before thousands of sessions copy files at once.
unsigned threads_for(const conf::bastion& settings)
{
    return settings.workers != 0 ? settings.workers : std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
}

std::vector<service::listener_binds> binds_of(const conf::bastion& settings) { return {{listener_name, settings.bind}}; }

server_settings server_settings_of(const conf::bastion& from, const std::shared_ptr<buffer_budget>& buffers)
{
    server_settings made;
    made.host_keys = from.host_keys;
    made.user_keys.fips = from.fips;
    made.user_keys.security_keys = from.security_keys;
    made.login_grace = from.limits.login_grace;
    made.max_auth_tries = from.limits.max_auth_tries;
    made.channels = from.limits.channels_per_session;
    made.buffers = buffers;
    return made;
}

std::vector<std::shared_ptr<server>> servers_for(const conf::bastion& settings, unsigned workers,
                                                 const std::shared_ptr<buffer_budget>& buffers)
{
    std::vector<std::shared_ptr<server>> made;
    for (unsigned i = 0; i < workers; ++i) made.push_back(std::make_shared<server>(server_settings_of(settings, buffers)));
    return made;
}

std::shared_ptr<const roster> read_roster(const conf::bastion& settings, service::log& out)
{
    std::vector<std::string> problems;
    auto made = std::make_shared<const roster>(roster::load(settings, problems));
    for (const auto& one : problems) out.warning("a key is not used", {{"reason", one}});
    return made;
}

std::int64_t steady_ms()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace

jump_host::jump_host(boost::asio::io_context& control, std::shared_ptr<const conf::config> settings,
                     std::map<std::string, std::vector<int>> inherited, service::log& out) :
    control_(control), out_(out), registry_(std::make_shared<prometheus::Registry>()), daemon_metrics_(*registry_),
    record_(daemon_metrics_, out),
    process_metrics_(service::make_process_collector()), counters_(*registry_), audit_(settings->bastion->audit_log),
    penalties_(settings->bastion->penalties), shortage_(out),
    presence_(make_presence_collector(book_, startups_, *buffers_)),
    house_{audit_, counters_, book_, startups_, logins_, penalties_, quota_, denials_, shortage_, out},
    pool_(threads_for(*settings->bastion)), directory_(control, *registry_, out),
    hooks_(control.get_executor(), out), sockets_(pool_.size(), std::move(inherited)),
    files_(control.get_executor(), std::chrono::seconds(1)), seconds_(control), started_(std::time(nullptr))
{
    for (unsigned i = 0; i < pool_.size(); ++i) workers_.push_back(std::make_unique<worker>(pool_.loop(i), house_));
    directory_.persist_in(settings->state_dir, "bastion-inventory.json");
    directory_.observe([this](const discovery::inventory& everyone) {
        if (!rules_) return;
        auto next = *rules_;
        next.names = std::make_shared<const target_names>(everyone, next.policy->groups());
        publish(std::move(next));
    });
    put_to_work(std::move(settings));
    for (const auto& name : sockets_.unclaimed(binds_of(*settings_->bastion)))
        out_.warning("a socket from systemd is not used, only those named ssh are", {{"name", name}});
    pool_.start();
    every_second();
}

jump_host::~jump_host()
{
    pool_.run_on_all([this](unsigned index) { workers_[index]->stop(); });
    pool_.run_on_all([](unsigned) {});  // the ends that stop() posted
    pool_.stop();
}

// Everything that can fail happens before anything changes.
void jump_host::put_to_work(std::shared_ptr<const conf::config> settings)
{
    const auto& bastion = *settings->bastion;
    rulebook next;
    next.settings = std::shared_ptr<const conf::bastion>(settings, &bastion);
    next.people = read_roster(bastion, out_);
    next.policy = std::make_shared<const access_policy>(bastion);
    next.names = std::make_shared<const target_names>(directory_.current(), next.policy->groups());
    next.draining = draining_;
    auto ssh = servers_for(bastion, pool_.size(), buffers_);
    auto opened = sockets_.open_for(binds_of(bastion));
    try {
        audit_.move_to(bastion.audit_log);
    } catch (...) {
        for (const auto& one : opened) service::socket_table::close(one);
        throw;
    }
    sockets_.commit();
    settings_ = std::move(settings);
    penalties_.configure(bastion.penalties);
    buffers_->resize(bastion.limits.buffers);
    record_.served();
    for (auto* since : {&unread_at_ms_, &user_keys_stale_ms_, &host_keys_stale_ms_}) since->reset();
    show_stale_keys();
    addresses_ = opened.front().addresses[listener_name];
    publish(std::move(next), std::move(ssh), std::move(opened));
    directory_.apply(settings_->groups, settings_->aws);
    hold_instances();
    watch_files();
}

void jump_host::publish(rulebook next, std::vector<std::shared_ptr<server>> ssh,
                        std::vector<service::socket_table::opened> opened)
{
    rules_ = std::make_shared<const rulebook>(std::move(next));
    for (unsigned i = 0; i < pool_.size(); ++i) {
        auto sockets = opened.empty() ? std::vector<service::listening_socket>() : opened[i].sockets[listener_name];
        pool_.post(i, [to = workers_[i].get(), rules = rules_, with = ssh.empty() ? nullptr : ssh[i],
                       sockets = std::move(sockets), stay = addresses_] { to->adopt(rules, with, sockets, stay); });
    }
}

// Where both daemons work from one file the load balancer owns the hook, and asks us.
void jump_host::hold_instances()
{
    if (settings_->lb) return hooks_.configure({}, {});
    hooks_.configure(settings_->aws, directory_.aws_caller(), settings_->bastion->limits.session);
}

void jump_host::every_second()
{
    seconds_.expires_after(std::chrono::seconds(1));
    seconds_.async_wait([this](const boost::system::error_code& stopped) {
        if (stopped) return;
        every_second();  // also after a step that throws
        if (unread_at_ms_ && steady_ms() - *unread_at_ms_ >= read_again_after_ms) files_changed();
        show_stale_keys();
        hooks_.step(directory_.current(), book_, steady_ms());
        shortage_.each_second(std::chrono::steady_clock::now());
    });
}

void jump_host::watch_files()
{
    auto paths = roster::files(*settings_->bastion);
    paths.insert(paths.end(), settings_->bastion->host_keys.begin(), settings_->bastion->host_keys.end());
    files_.watch(std::move(paths), [this](const auto&) { files_changed(); });
}

// A key that was taken out of its file ends the sessions that began with it, whatever becomes of the host keys. A file
// is reported once: what could not be read now is tried again.
void jump_host::files_changed()
{
    unread_at_ms_.reset();
    const auto try_to = [this](const char* what, std::optional<std::int64_t>& stale, const auto& work) {
        try {
            work();
            stale.reset();
            out_.info(std::string(what) + " reloaded");
        } catch (const std::exception& failed) {
            out_.error(std::string(what) + " were not reloaded, the old ones stay in use", {{"reason", failed.what()}});
            unread_at_ms_ = steady_ms();
            if (!stale) stale = unread_at_ms_;
        }
    };
    try_to("keys", user_keys_stale_ms_, [this] {
        auto next = *rules_;
        next.people = read_roster(*settings_->bastion, out_);
        publish(std::move(next));
    });
    try_to("host keys", host_keys_stale_ms_,
           [this] { publish(*rules_, servers_for(*settings_->bastion, pool_.size(), buffers_)); });
}

void jump_host::show_stale_keys()
{
    const auto seconds = [now = steady_ms()](const std::optional<std::int64_t>& since) {
        return std::chrono::seconds(since ? (now - *since) / 1000 : 0);
    };
    counters_.stale(metrics::keys::user, seconds(user_keys_stale_ms_));
    counters_.stale(metrics::keys::host, seconds(host_keys_stale_ms_));
}

std::vector<std::string> jump_host::reload()
{
    auto loaded = conf::load(settings_->file, conf::used_by::bastion);
    if (!loaded.value) {
        std::vector<std::string> errors;
        for (const auto& one : loaded.problems) errors.push_back(conf::to_string(one));
        return record_.refused(std::move(errors));
    }
    if (!loaded.value->bastion) return record_.refused({settings_->file + ": bastion: missing, this is the bastion"});
    warn_of_late_changes(*loaded.value);
    try {
        put_to_work(std::move(loaded.value));
    } catch (const std::exception& failed) {
        return record_.refused({settings_->file + ": " + failed.what()});
    }
    record_.reloaded(settings_->file);
    return {};
}

// What a reload cannot change, so that no one takes an old token for gone.
void jump_host::warn_of_late_changes(const conf::config& next)
{
    const auto late = [this](const char* key) { out_.warning("takes effect at the next start", {{"key", key}}); };
    if (threads_for(*next.bastion) != pool_.size()) late("bastion.workers");
    if (next.bastion->admin != settings_->bastion->admin) late("bastion.admin");
    if (next.state_dir != settings_->state_dir) late("state_dir");
}

void jump_host::drain(std::function<void()> done)
{
    if (draining_) return;
    draining_ = true;
    const auto within = settings_->bastion->limits.drain;
    out_.info("draining", {{"deadline_ms", static_cast<std::int64_t>(within.count())},
                           {"sessions", static_cast<std::uint64_t>(book_.size())}});
    auto next = *rules_;
    next.draining = true;
    publish(std::move(next));
    for (unsigned i = 0; i < pool_.size(); ++i) {
        auto one_done = [this, done] {
            boost::asio::post(control_, [this, done] {
                if (++drained_workers_ == pool_.size()) done();
            });
        };
        pool_.post(i, [this, i, within, one_done] { workers_[i]->drain(within, one_done); });
    }
}

std::string jump_host::metrics_text() const
{
    return service::metrics_text({registry_, presence_, directory_.metrics(), process_metrics_});
}

bool jump_host::alive() const
{
    const auto now = steady_ms();
    return std::ranges::all_of(workers_, [&](const auto& one) { return now - one->last_turn_ms() < stuck_after_ms; });
}

std::int64_t jump_host::uptime_seconds() const { return std::time(nullptr) - started_; }

}  // namespace gatehouse::bastion
