#include "conf/parse.hpp"
#include "conf/scalars.hpp"
#include "conf/values.hpp"

#include <array>

namespace gatehouse::conf {
namespace {

using namespace std::chrono_literals;

constexpr unsigned most_startups = 100000;
constexpr std::size_t MiB = 1024 * 1024, GiB = 1024 * MiB;

std::optional<max_startups> parse_startups(std::string_view text)
{
    std::array<std::uint64_t, 3> parts{};
    for (auto& part : parts) {
        const bool last = &part == &parts.back();
        const auto end = last ? text.size() : text.find(':');
        if (end == std::string_view::npos) return std::nullopt;
        const auto number = parse_count(text.substr(0, end));
        if (!number) return std::nullopt;
        part = *number;
        if (!last) text.remove_prefix(end + 1);
    }
    const auto [begin, rate, full] = parts;
    if (begin < 1 || begin > full || full > most_startups || rate < 1 || rate > 100) return std::nullopt;
    return max_startups{static_cast<unsigned>(begin), static_cast<unsigned>(rate), static_cast<unsigned>(full)};
}

void read_startups(const reader& at, max_startups& to)
{
    const auto text = at.text();
    if (!text) return;
    if (const auto parsed = parse_startups(*text))
        to = *parsed;
    else
        at.fail("expected \"begin:rate:full\" such as \"10:30:100\": rate 1 .. 100 percent, 1 <= begin <= full <= " +
                std::to_string(most_startups) + ", " + at.found(*text));
}

}  // namespace

void parse_bastion_limits(const reader& at, bastion_limits& to)
{
    at.mapping({
        {"login_grace", duration_in(to.login_grace, 1s, 10min)},
        {"max_auth_tries", count_in(to.max_auth_tries, 1U, 100U)},
        {"max_startups", section(read_startups, to.max_startups)},
        {"sessions_per_user", count_in(to.sessions_per_user, 1U, 100000U)},
        {"channels_per_session", count_in(to.channels_per_session, 1U, 1000U)},
        {"buffers", size_in(to.buffers, 16 * MiB, 1024 * GiB)},
        {"idle", duration_or_zero(to.idle, 10s, 7 * 24h)},
        {"session", duration_or_zero(to.session, 1min, 30 * 24h)},
        {"drain", duration_in(to.drain, 0s, 7 * 24h)},
    });
}

}  // namespace gatehouse::conf
