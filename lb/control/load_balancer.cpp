#include "lb/control/load_balancer.hpp"

#include "lb/control/steady_time.hpp"
#include "lb/worker/source_counts.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <ctime>

namespace gatehouse::lb {
namespace {

constexpr std::int64_t ticket_rotation_seconds = 12 * 3600;
constexpr std::int64_t stuck_after_ms = 10'000;

unsigned threads_for(const conf::lb& settings)
{
    return settings.workers != 0 ? settings.workers : std::max(1U, std::thread::hardware_concurrency());
}

std::vector<service::listener_binds> binds_of(const conf::lb& settings)
{
    std::vector<service::listener_binds> all;
    for (const auto& listener : settings.listeners) all.push_back({listener.name, listener.bind});
    return all;
}

}  // namespace

load_balancer::load_balancer(boost::asio::io_context& control, std::shared_ptr<const conf::config> settings,
                             std::map<std::string, std::vector<int>> inherited, service::log& out) :
    control_(control), out_(out), registry_(std::make_shared<prometheus::Registry>()), daemon_metrics_(*registry_),
    record_(daemon_metrics_, out),
    process_metrics_(service::make_process_collector()), pool_(threads_for(*settings->lb)),
    counters_(std::make_shared<metrics>(pool_.size())), access_log_(pool_.size(), out),
    shortage_(out), door_{.lacking = shortage_},
    directory_(control, *registry_, out), targets_(out),
    auto_scaling_(control.get_executor(), out), zone_(control.get_executor(), out,
                                                      [this](const std::string& zone) {
                                                          targets_.set_learned_zone(zone);
                                                          publish_again();
                                                      }),
    checker_(control, out), tls_(pool_.size()),
    sockets_(pool_.size(), std::move(inherited)), plans_(*counters_),
    certificates_(control.get_executor(), std::chrono::seconds(1)), seconds_(control), started_(std::time(nullptr)),
    tickets_rotated_(started_)
{
    door_.sources = std::make_shared<door::source_counts>();
    door_.suspected = [this](const std::shared_ptr<target>& which) { suspected(which); };
    counters_->ask([this] {
        return metrics::gauges{targets_.counts(), tls_.expiries(std::time(nullptr)), access_log_.dropped()};
    });
    for (unsigned i = 0; i < pool_.size(); ++i)
        workers_.push_back(std::make_unique<worker>(pool_.loop(i), i, door_, counters_->worker(i), access_log_.of(i)));
    directory_.persist_in(settings->state_dir);
    directory_.observe([this](const discovery::inventory& house) {
        targets_.apply(*settings_->lb, house, steady_ms());
        watch_targets();
        publish_again();
    });
    checker_.observe([this](target& which, target::health before) {
        targets_.health_changed(which, before, steady_ms());
    });
    put_to_work(std::move(settings));
    for (const auto& name : sockets_.unclaimed(binds_of(*settings_->lb)))
        out_.warning("a socket from systemd has no listener of its name", {{"name", name}});
    pool_.start();
    every_second();
}

load_balancer::~load_balancer()
{
    pool_.run_on_all([this](unsigned index) { workers_[index]->stop(); });
    pool_.run_on_all([](unsigned) {});  // the sweep that stop() posted
    pool_.stop();
}

// Everything that can fail happens before anything changes.
void load_balancer::put_to_work(std::shared_ptr<const conf::config> settings)
{
    const auto& lb = *settings->lb;
    auto contexts = tls_.load(lb);
    plan_builder next = plans_;
    next.adopt(settings);
    auto opened = sockets_.open_for(binds_of(lb));
    try {
        access_log_.write_to(lb.access_log);
    } catch (...) {
        for (const auto& one : opened) service::socket_table::close(one);
        throw;
    }
    sockets_.commit();
    settings_ = std::move(settings);
    plans_ = std::move(next);
    tls_.use(std::move(contexts));
    record_.served();
    addresses_.clear();
    for (const auto& one : opened) addresses_.push_back({{}, one.addresses});
    targets_.apply(*settings_->lb, directory_.current(), steady_ms());
    publish(opened);
    directory_.apply(settings_->groups, settings_->aws);
    const bool keeps_to_zone = std::ranges::any_of(
        settings_->lb->target_groups, [](const conf::target_group& one) { return !one.cross_zone; });
    if (keeps_to_zone && settings_->lb->zone.empty()) zone_.look(settings_->aws.imds_endpoint);
    auto_scaling_.configure(*settings_, directory_.aws_caller());
    watch_targets();
    watch_certificates();
}

void load_balancer::publish(const std::vector<service::socket_table::opened>& sockets)
{
    for (unsigned i = 0; i < pool_.size(); ++i) {
        auto next = plans_.build(i, targets_.sets(), tls_.in_use(), sockets[i]);
        // The plan's count belongs to its worker from here on: nothing on this thread keeps it.
        pool_.post(i, [to = workers_[i].get(), raw = next.detach()] { to->adopt(plan_ptr(raw, false)); });
    }
}

void load_balancer::publish_again()
{
    if (!addresses_.empty()) publish(addresses_);
}

void load_balancer::watch_targets() { checker_.apply(targets_.watched()); }

void load_balancer::watch_certificates()
{
    certificates_.watch(tls_files(*settings_->lb), [this](const auto&) { reload_certificates(); });
}

void load_balancer::reload_certificates()
{
    for (const auto& reason : tls_.renew(*settings_->lb))
        out_.error("a certificate was not reloaded, the old one stays in use", {{"reason", reason}});
    out_.info("certificates reloaded");
    checker_.stop();  // its probes verify by the old authorities; apply() begins them anew
    watch_targets();
    publish_again();
}

void load_balancer::every_second()
{
    seconds_.expires_after(std::chrono::seconds(1));
    seconds_.async_wait([this](const boost::system::error_code& stopped) {
        if (stopped) return;
        if (targets_.advance(steady_ms())) {
            watch_targets();
            publish_again();
        }
        auto_scaling_.step(directory_.current(), targets_, *counters_, steady_ms());
        if (const auto now = std::time(nullptr); now - tickets_rotated_ >= ticket_rotation_seconds) {
            tickets_rotated_ = now;
            tls_.rotate_ticket_keys();
        }
        shortage_.each_second(std::chrono::steady_clock::now());
        every_second();
    });
}

void load_balancer::suspected(const std::shared_ptr<target>& which)
{
    boost::asio::post(control_, [this, which] { checker_.check_soon(*which); });
}

std::vector<std::string> load_balancer::reload()
{
    if (draining_) return record_.refused({"the load balancer is draining"});
    auto loaded = conf::load(settings_->file, conf::used_by::lb);
    if (!loaded.value) {
        std::vector<std::string> errors;
        for (const auto& one : loaded.problems) errors.push_back(conf::to_string(one));
        return record_.refused(std::move(errors));
    }
    if (!loaded.value->lb) return record_.refused({settings_->file + ": lb: missing, this is the load balancer"});
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
void load_balancer::warn_of_late_changes(const conf::config& next)
{
    const auto late = [this](const char* key) { out_.warning("takes effect at the next start", {{"key", key}}); };
    if (threads_for(*next.lb) != pool_.size()) late("lb.workers");
    if (next.lb->admin != settings_->lb->admin) late("lb.admin");
    if (next.state_dir != settings_->state_dir) late("state_dir");
}

bool load_balancer::set_drained(const std::string& group, const std::string& id, bool drained)
{
    if (!targets_.set_drained(group, id, drained, steady_ms())) return false;
    publish_again();
    return true;
}

std::shared_ptr<const bool> load_balancer::begin_discovery()
{
    if (!discovery_.expired()) return nullptr;
    auto turn = std::make_shared<const bool>(true);
    discovery_ = turn;
    return turn;
}

target_registry::shift load_balancer::shift_zone(const std::string& zone, std::chrono::seconds lasting)
{
    const auto made = targets_.shift_zone(zone, lasting, steady_ms());
    if (made == target_registry::shift::shifted) publish_again();
    return made;
}

bool load_balancer::end_zone_shift(const std::string& zone)
{
    if (!targets_.end_shift(zone)) return false;
    publish_again();
    return true;
}

void load_balancer::drain(std::function<void()> done)
{
    if (draining_) return;
    draining_ = true;
    out_.info("draining", {{"deadline_ms", static_cast<std::int64_t>(settings_->lb->timeouts.drain.count())}});
    for (unsigned i = 0; i < pool_.size(); ++i) {
        auto one_done = [this, done] {
            boost::asio::post(control_, [this, done] {
                if (++drained_workers_ == pool_.size()) done();
            });
        };
        pool_.post(i, [this, i, deadline = settings_->lb->timeouts.drain, one_done] {
            workers_[i]->drain(deadline, one_done);
        });
    }
}

std::string load_balancer::metrics_text() const
{
    return service::metrics_text({registry_, counters_, directory_.metrics(), process_metrics_});
}

bool load_balancer::alive() const
{
    const auto now = steady_ms();
    return std::ranges::all_of(workers_, [&](const auto& one) { return now - one->last_turn_ms() < stuck_after_ms; });
}

std::int64_t load_balancer::uptime_seconds() const { return std::time(nullptr) - started_; }

}  // namespace gatehouse::lb
