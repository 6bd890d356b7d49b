#pragma once

#include "conf/lb.hpp"
#include "discovery/inventory.hpp"
#include "lb/control/zone_shifts.hpp"
#include "lb/health/health_checker.hpp"
#include "lb/metrics/metrics.hpp"
#include "lb/target/drain_clock.hpp"
#include "lb/target/target_set.hpp"
#include "service/log.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::lb {

// Every target of every target group, over reloads and changes of the inventory: makes them, drains them, forgets
// them. A target is the same as long as its group, id and address are. Control thread only.
class target_registry {
public:
    explicit target_registry(service::log& out) : out_(out) {}

    // Follows what the configuration and discovery say now. A group discovery knows nothing of yet keeps what it has.
    void apply(const conf::lb& settings, const discovery::inventory& house, std::int64_t now_ms);

    // The zone this node is in, when the configuration does not name it.
    void set_learned_zone(const std::string& zone);

    // Moves drains along: call every second, and after each drain request. True when sets() changed.
    bool advance(std::int64_t now_ms);

    // What may get requests, in the configuration's order.
    const std::vector<std::shared_ptr<const target_set>>& sets() const noexcept { return sets_; }

    // What is to be health-checked. A group that did not change is the very same as before.
    std::vector<health_checker::watched_group> watched() const;

    // A target's health changed: starts its slow start when it joins others that serve already (ALB: the first
    // batch of an empty group has no one to take load off it).
    void health_changed(target& which, target::health before, std::int64_t now_ms);

    // The operator's wish. False when there is no such target.
    bool set_drained(const std::string& group, const std::string& id, bool drained, std::int64_t now_ms);

    // The operator's wish that the targets of a zone get no new request for a while, as long as others can.
    enum class shift { shifted, unknown_zone, nowhere_else };
    shift shift_zone(const std::string& zone, std::chrono::milliseconds lasting, std::int64_t now_ms);
    bool end_shift(const std::string& zone);  // false when it was not away

    struct zone_row {
        std::string zone;  // empty: of targets without one
        bool own = false;  // this node's
        unsigned targets = 0, healthy = 0;
        std::optional<std::int64_t> away_seconds_left;
    };
    std::vector<zone_row> zones(std::int64_t now_ms) const;

    struct row {
        const target* which;
        std::string state;  // initial, healthy, unhealthy, draining, drained
        std::optional<std::int64_t> drain_seconds_left;
        tier where;
    };
    struct group_rows {
        const conf::target_group* settings;
        bool fail_open;
        tier serving;  // the tier whose members serve, and all nearer ones
        std::vector<row> targets;
    };
    std::vector<group_rows> rows(std::int64_t now_ms) const;
    std::optional<std::string> state_of_target(const std::string& group, const std::string& id) const;  // as in a row

    // Ids of the members that fail a health check in any target group.
    std::set<std::string, std::less<>> failing() const;

    // Of one instance, over all target groups it is in.
    struct usage {
        bool in_use = false;  // requests still run on it
        std::chrono::milliseconds longest_delay{0};  // deregistration_delay
    };
    std::map<std::string, usage> usage_of(const std::set<std::string>& ids) const;

    std::vector<metrics::target_count> counts() const;

private:
    struct entry {
        std::shared_ptr<target> which;
        drain_clock clock;
        drain_clock::verdict last;
    };
    struct group_record {
        std::shared_ptr<const conf::target_group> settings;
        std::shared_ptr<const discovery::group_snapshot> followed;  // what the entries follow; may be null
        bool configured = true;
        bool stale = true;                     // `set` and `watched` are not as the entries are
        bool settled = false;                  // nobody drains, nor was anyone changed since that was found
        std::map<std::string, entry> entries;  // by id and address
        std::shared_ptr<const target_set> set;
        std::shared_ptr<const std::vector<std::shared_ptr<target>>> watched;
    };
    void follow(group_record& into, const std::shared_ptr<const discovery::group_snapshot>& told);
    entry& find_or_make(group_record& in, const discovery::member& from);
    bool evaluate(group_record& one, std::int64_t now_ms);
    void rebuild_sets();  // of the groups that are stale
    void rebuild(const std::string& name, group_record& one) const;
    void forget_sets() noexcept;
    static std::string_view state_of(const entry& one) noexcept;
    tier tier_of_target(const group_record& in, const target& one) const;
    bool serves_beside(std::string_view zone) const;

    service::log& out_;
    std::map<std::string, group_record, std::less<>> groups_;
    std::vector<std::string> order_;
    std::string own_zone_, learned_zone_;
    zone_shifts shifts_;
    std::vector<std::shared_ptr<const target_set>> sets_;
    std::vector<std::weak_ptr<target>> slots_;  // an expired one is free
};

}  // namespace gatehouse::lb
