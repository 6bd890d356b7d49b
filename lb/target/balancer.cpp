#include "lb/target/balancer.hpp"

#include <algorithm>

namespace gatehouse::lb {

namespace {

constexpr std::uint32_t full_weight = 1000, first_weight = 100;

// Whose turn it can be at all: `trusted` includes the zones that failed earlier attempts, `staying` suspected targets,
// `leaving` those that drain as well.
enum class reach : std::uint8_t { elsewhere, trusted, staying, leaving };

bool takes_new(const target& which, reach how) noexcept
{
    const auto drain = which.current_drain();
    return drain == target::drain::active || (how == reach::leaving && drain == target::drain::draining);
}

bool healthy(const target& which) noexcept
{
    return which.current_health() == target::health::healthy;
}

bool too_few_healthy(const target_set& set, reach how) noexcept
{
    const auto& limit = set.settings.minimum_healthy;
    std::uint64_t all = 0, well = 0;
    for (const auto& member : set.members) {
        if (!takes_new(*member.which, how)) continue;
        ++all;
        well += healthy(*member.which) ? 1 : 0;
    }
    return all > 0 && (well < limit.count || well * 100 < std::uint64_t{limit.percentage} * all);
}

template <class Eligible> tier nearest_healthy(const target_set& set, Eligible eligible) noexcept
{
    auto nearest = tier::away;
    for (const auto& member : set.members)
        if (member.where < nearest && healthy(*member.which) && eligible(member)) nearest = member.where;
    return nearest;
}

}  // namespace

// Who may serve one request. Questions that need a look at all members are asked at most once, and only when
// a member makes them matter.
class balancer::candidates {
public:
    candidates(const target_set& from, const request& asked, reach how) noexcept
        : from_(from), asked_(asked), reach_(how), first_attempt_(asked.tried.empty()), ramp_ms_(from.settings.slow_start.count())
    {}

    bool may_serve(const target_set::entry& member) noexcept
    {
        const auto& which = *member.which;
        return takes_new(which, reach_) && !tried(which) && (healthy(which) || open()) &&
               !in_doubt(member);
    }

    // may_serve, and in a tier that is to serve.
    bool includes(const target_set::entry& member) noexcept
    {
        return may_serve(member) && (member.where == tier::near || member.where <= farthest());
    }

    bool keeps(const target_set::entry& member) noexcept
    {
        return may_serve(member) && (member.where != tier::away || farthest() == tier::away);
    }

    bool may_ramp() const noexcept { return ramp_ms_ > 0; }

    // Of full_weight; below it while the target ramps up.
    std::uint32_t weight(const target_set::entry& member) const noexcept
    {
        if (ramp_ms_ <= 0) return full_weight;
        const auto start = member.which->ramp_start();
        if (start == 0 || asked_.now_ms - start >= ramp_ms_) return full_weight;
        const auto elapsed = std::max<std::int64_t>(asked_.now_ms - start, 0);  // clocks are read in turn
        return first_weight + static_cast<std::uint32_t>((full_weight - first_weight) * elapsed / ramp_ms_);
    }

private:
    enum class answer : std::uint8_t { unasked, no, yes };

    bool tried(const target& which) const noexcept
    {
        return !first_attempt_ && std::ranges::find(asked_.tried, &which) != asked_.tried.end();
    }

    // Somewhere else may be better: it just refused a connection, or its zone has failed this request before. A zone
    // that is shifted away is no better: it has been given up for good reason, the other for one failure.
    bool in_doubt(const target_set::entry& member) const noexcept
    {
        if (reach_ <= reach::trusted && member.which->suspected()) return true;
        if (reach_ != reach::elsewhere) return false;
        return member.where == tier::away ||
               std::ranges::find(asked_.failed_zones, member.zone) != asked_.failed_zones.end();
    }

    bool open() noexcept
    {
        if (open_ == answer::unasked) open_ = too_few_healthy(from_, reach_) ? answer::yes : answer::no;
        return open_ == answer::yes;
    }

    // Only a healthy member makes a tier worth staying in, even when the group fails open.
    tier farthest() noexcept
    {
        if (!farthest_)
            farthest_ = nearest_healthy(from_, [this](const target_set::entry& member) {
                return takes_new(*member.which, reach_) && !tried(*member.which) && !in_doubt(member);
            });
        return *farthest_;
    }

    const target_set& from_;
    const request& asked_;
    const reach reach_;
    const bool first_attempt_;
    const std::int64_t ramp_ms_;
    answer open_ = answer::unasked;
    std::optional<tier> farthest_;
};

balancer::balancer(std::uint64_t seed) noexcept : state_(seed)
{
    turn_ = static_cast<std::uint32_t>(random());
}

std::uint64_t balancer::random() noexcept
{
    state_ += 0x9e3779b97f4a7c15U;
    auto z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

std::uint32_t balancer::random_below(std::uint32_t bound) noexcept
{
    return static_cast<std::uint32_t>(((random() >> 32) * bound) >> 32);
}

const target_set::entry* balancer::choose(const target_set& from, const request& asked) noexcept
{
    if (from.members.empty()) return nullptr;
    candidates staying(from, asked, reach::staying);
    if (asked.sticky) {
        const auto kept = std::ranges::find(from.members, *asked.sticky, &target_set::entry::sticky);
        if (kept != from.members.end() && staying.keeps(*kept)) return &*kept;
    }
    if (turn_ >= from.members.size()) turn_ %= static_cast<std::uint32_t>(from.members.size());
    if (!asked.failed_zones.empty()) {
        candidates elsewhere(from, asked, reach::elsewhere);
        if (const auto* found = choose_among(from, elsewhere)) return found;
    }
    candidates trusted(from, asked, reach::trusted);
    if (const auto* found = choose_among(from, trusted)) return found;
    if (const auto* found = choose_among(from, staying)) return found;
    // Drains and health are seen at once, the targets that take over only with the next publication: until then one
    // that has just begun to drain serves, as it would have a moment ago.
    candidates anybody(from, asked, reach::leaving);
    return choose_among(from, anybody);
}

const target_set::entry* balancer::choose_among(const target_set& from, candidates& can) noexcept
{
    return from.settings.algorithm == conf::algorithm::round_robin ? round_robin(from, can)
                                                                   : least_outstanding(from, can);
}

// Asks the members in turn, and goes on from the one that served. A ramping member declines by lot: each is
// asked once a round, so its share is exactly its weight.
const target_set::entry* balancer::round_robin(const target_set& from, candidates& can) noexcept
{
    bool declined = false;
    for (std::size_t asked = 0; asked < from.members.size(); ++asked) {
        const auto& member = from.members[turn_];
        if (++turn_ == from.members.size()) turn_ = 0;
        if (!can.includes(member)) continue;
        const auto weight = can.weight(member);
        if (weight == full_weight || random_below(full_weight) < weight) return &member;
        declined = true;
    }
    return declined ? by_weight(from, can) : nullptr;
}

// A lot among the candidates, by weight. Null when there is none.
const target_set::entry* balancer::by_weight(const target_set& from, candidates& can) noexcept
{
    std::uint32_t all = 0;
    for (const auto& member : from.members)
        if (can.includes(member)) all += can.weight(member);
    auto lot = random_below(all);
    const target_set::entry* last = nullptr;  // a member may turn unhealthy between the two looks
    for (const auto& member : from.members) {
        if (!can.includes(member)) continue;
        last = &member;
        const auto weight = can.weight(member);
        if (lot < weight) break;
        lot -= weight;
    }
    return last;
}

// The least loaded for its weight, from the one in turn on: so ties rotate. Load alone would give a ramping
// member either its full share of an idle group's requests or none of them. It therefore gets its share by
// lot, and only while it runs at most one request more than its weight makes of the least load.
const target_set::entry* balancer::least_outstanding(const target_set& from, candidates& can) noexcept
{
    struct {
        const target_set::entry* member = nullptr;
        std::uint64_t running = 0, weight = full_weight;
    } least;
    bool ramping = false;
    const auto count = from.members.size();
    for (std::size_t asked = 0, at = turn_; asked < count; ++asked, at = at + 1 == count ? 0 : at + 1) {
        const auto& member = from.members[at];
        if (!can.includes(member)) continue;
        const std::uint64_t weight = can.weight(member), running = member.which->in_flight();
        ramping |= weight != full_weight;
        // A fully weighted member stands before every ramping one.
        const bool promoted = weight == full_weight && least.weight != full_weight;
        const bool comparable = weight == full_weight || least.weight != full_weight;
        if (!least.member || promoted || (comparable && running * least.weight < least.running * weight))
            least = {&member, running, weight};
        if (running == 0 && !can.may_ramp()) break;  // none can be less loaded
    }
    if (const auto* drawn = ramping ? by_weight(from, can) : nullptr) {
        const std::uint64_t weight = can.weight(*drawn), running = drawn->which->in_flight();
        const bool fits = running * least.weight <= weight * least.running + least.weight;
        if (weight != full_weight && fits) return drawn;
    }
    if (least.member) turn_ = static_cast<std::uint32_t>(least.member - from.members.data() + 1);
    return least.member;
}

bool fails_open(const target_set& set) noexcept { return too_few_healthy(set, reach::staying); }

tier serving_tier(const target_set& set) noexcept
{
    return nearest_healthy(set, [](const target_set::entry& member) { return takes_new(*member.which, reach::staying); });
}

}  // namespace gatehouse::lb
