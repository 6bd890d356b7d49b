#include "discovery/aws/endpoint.hpp"

#include <stdexcept>
#include <string>

namespace gatehouse::discovery::aws {
namespace {

struct partition {
    std::string_view prefix;  // of its regions
    std::string_view domain, dual_stack_domain;
};

constexpr partition elsewhere{"", "amazonaws.com", "api.aws"};
constexpr partition china{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"};
constexpr partition government{"us-gov-", "amazonaws.com", "api.aws"};

const partition& partition_of(std::string_view region)
{
    for (const auto* one : {&china, &government})
        if (region.starts_with(one->prefix)) return *one;
    return elsewhere;
}

std::string_view configured(std::string_view service, const conf::aws_endpoints& urls)
{
    if (service == "autoscaling") return urls.autoscaling;
    if (service == "ec2") return urls.ec2;
    if (service == "monitoring") return urls.monitoring;
    return service == "sts" ? std::string_view(urls.sts) : std::string_view();
}

// The ordinary endpoints of GovCloud are the validated ones; CloudWatch's are so with two stacks as well.
bool has_own_fips_name(std::string_view service, const partition& where, bool dual_stack)
{
    return &where != &government || (dual_stack && service != "monitoring");
}

}  // namespace

url endpoint(std::string_view service, std::string_view region, const endpoint_settings& settings)
{
    if (const auto text = configured(service, settings.urls); !text.empty()) {
        const auto parsed = parse_url(text);
        if (!parsed) throw std::logic_error("no endpoint URL: " + std::string(text));
        return *parsed;
    }
    const auto& where = partition_of(region);
    url derived;
    derived.host = service;
    if (settings.fips && has_own_fips_name(service, where, settings.dual_stack)) derived.host += "-fips";
    derived.host += '.' + std::string(region) + '.';
    derived.host += settings.dual_stack ? where.dual_stack_domain : where.domain;
    return derived;
}

}  // namespace gatehouse::discovery::aws
