#include "conf/parse.hpp"
#include "conf/pem.hpp"
#include "conf/syntax.hpp"
#include "conf/values.hpp"

namespace gatehouse::conf {
namespace {

using namespace std::chrono_literals;

void read_ca(const reader& at, std::string& to)
{
    file_path(to)(at);
    if (to.empty() || at.pass().files == file_access::skipped) return;
    if (const auto problem = check_certificates(to)) at.fail(*problem);
}

void read_server_name(const reader& at, std::string& to)
{
    const auto text = at.text();
    if (!text) return;
    to = *text;
    if (!is_hostname(*text)) at.fail("expected a host name, " + at.found(*text));
}

void parse_target_tls(const reader& at, target_tls& to)
{
    at.mapping({
        {"verify", boolean(to.verify)},
        {"ca", section(read_ca, to.ca)},
        {"server_name", section(read_server_name, to.server_name)},
    });
}

enum class stickiness_type { lb_cookie };
enum class protocol_version { http1 };

void parse_stickiness(const reader& at, target_stickiness& to)
{
    auto type = stickiness_type::lb_cookie;
    at.mapping({
        {"type", choice(type, {{"lb_cookie", stickiness_type::lb_cookie}}), presence::required},
        {"duration", duration_in(to.lifetime, 1s, 7 * 24h)},
    });
}

void parse_retries(const reader& at, retries& to)
{
    at.mapping({
        {"attempts", count_in(to.attempts, 0U, 5U)},
        {"budget", percentage(to.budget_percent)},
    });
}

void parse_minimum_healthy(const reader& at, minimum_healthy& to)
{
    at.mapping({
        {"count", count_in(to.count, 0U, 100000U)},
        {"percentage", percentage_or_off(to.percentage)},
    });
}

void check_together(const reader& at, const target_group& to)
{
    if (at.sound({"protocol"}) && at.has("tls") && to.protocol != target_protocol::https)
        at.fail("tls", "belongs to a target group with protocol https, this one has http");
    if (at.sound({"algorithm", "slow_start"}) && to.slow_start > 0s &&
        to.algorithm == algorithm::least_outstanding_requests)
        at.fail("slow_start",
                "does not work with algorithm least_outstanding_requests; use round_robin, or 0s");
}

}  // namespace

void parse_target_group(const reader& at, target_group& to, const names& groups)
{
    auto version = protocol_version::http1;
    at.mapping({
        {"members", reference(to.members, groups, "group"), presence::required},
        {"port", port(to.port)},
        {"protocol",
         choice(to.protocol, {{"http", target_protocol::http}, {"https", target_protocol::https}})},
        {"protocol_version", choice(version, {{"http1", protocol_version::http1}})},
        {"tls", section(parse_target_tls, to.tls)},
        {"algorithm",
         choice(to.algorithm, {{"round_robin", algorithm::round_robin},
                               {"least_outstanding_requests", algorithm::least_outstanding_requests}})},
        {"health_check", section(parse_health_check, to.health_check)},
        {"deregistration_delay", duration_in(to.deregistration_delay, 0s, 3600s)},
        {"slow_start", duration_or_zero(to.slow_start, 1s, 900s)},
        {"stickiness", section(parse_stickiness, to.stickiness)},
        {"cross_zone", boolean(to.cross_zone)},
        {"retries", section(parse_retries, to.retries)},
        {"minimum_healthy", section(parse_minimum_healthy, to.minimum_healthy)},
    });
    check_together(at, to);
}

}  // namespace gatehouse::conf
