#include "conf/parse.hpp"
#include "conf/syntax.hpp"
#include "conf/values.hpp"


namespace gatehouse::conf {
namespace {

using namespace std::chrono_literals;

void read_if(const reader& at, bool (*fits)(std::string_view), const std::string& expected, std::string& to)
{
    const auto text = at.text();
    if (!text) return;
    if (fits(*text))
        to = *text;
    else
        at.fail("expected " + expected + ", " + at.found(*text));
}

void read_endpoint(const reader& at, std::string& to)
{
    read_if(at, is_origin, "http:// or https:// with a host and no path, such as https://ec2.eu-west-2.amazonaws.com", to);
}

void read_region(const reader& at, std::string& to)
{
    read_if(at, is_region, "a region such as eu-west-2", to);
}

void read_hook(const reader& at, std::string& to)
{
    read_if(at, is_hook_name, "the name of a lifecycle hook: 1-255 letters, digits, '-', '_' and '/'", to);
}

void read_namespace(const reader& at, std::string& to)
{
    read_if(at, is_metrics_namespace,
            "1-255 letters, digits, '.', '-', '_', '/', '#' and ':', not beginning with ':' or AWS/", to);
}

void parse_endpoints(const reader& at, aws_endpoints& to)
{
    at.mapping({
        {"autoscaling", section(read_endpoint, to.autoscaling)},
        {"ec2", section(read_endpoint, to.ec2)},
        {"monitoring", section(read_endpoint, to.monitoring)},
        {"sts", section(read_endpoint, to.sts)},
    });
}

// A mapping, or just true or false.
void parse_set_instance_health(const reader& at, set_instance_health& to)
{
    if (at.is(node::kind::scalar)) return boolean(to.enabled)(at);
    to.enabled = true;
    at.mapping({
        {"enabled", boolean(to.enabled)},
        {"max_share", percentage(to.max_share)},
        {"interval", duration_in(to.interval, 1s, 1h)},
        {"dry_run", boolean(to.dry_run)},
    });
    if (at.sound({"max_share"}) && to.max_share == 0)
        at.fail("max_share", "expected 1% .. 100%, found '0%'; enabled: false turns it off");
}

}  // namespace

void parse_aws(const reader& at, aws& to)
{
    std::string everywhere;
    at.mapping({
        {"region", section(read_region, to.region)},
        {"endpoint_url", section(read_endpoint, everywhere)},
        {"endpoints", section(parse_endpoints, to.endpoints)},
        {"fips", boolean(to.fips)},
        {"dual_stack", boolean(to.dual_stack)},
        {"imds_endpoint", section(read_endpoint, to.imds_endpoint)},
        {"poll_interval", duration_in(to.poll_interval, 100ms, 5min)},
        {"set_instance_health", section(parse_set_instance_health, to.set_instance_health)},
        {"lifecycle_hook", section(read_hook, to.lifecycle_hook)},
        {"metrics_namespace", section(read_namespace, to.metrics_namespace)},
    });
    for (auto* one : {&to.endpoints.autoscaling, &to.endpoints.ec2, &to.endpoints.monitoring, &to.endpoints.sts})
        if (one->empty()) *one = everywhere;
}

}  // namespace gatehouse::conf
