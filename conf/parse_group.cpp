#include "conf/address.hpp"
#include "conf/encoding.hpp"
#include "conf/parse.hpp"
#include "conf/syntax.hpp"
#include "conf/values.hpp"

namespace gatehouse::conf {
namespace {

using namespace std::chrono_literals;

void read_address(const reader& at, std::string& to)
{
    const auto text = at.text();
    if (!text) return;
    const auto address = parse_address(*text);
    if (!address)
        at.fail("expected an IP address such as 10.0.11.5 or 2001:db8::5, " + at.found(*text) +
                "; names go into a dns group");
    else if (is_unspecified(*address) || is_multicast(*address))
        at.fail("is not the address of a server, " + at.found(*text));
    else
        to = *address;
}

void read_id(const reader& at, std::string& to)
{
    const auto text = at.text();
    if (!text) return;
    to = *text;
    if (!is_instance_id(*text))
        at.fail("expected 1-128 letters, digits, '.', '_', '-' or ':', " + at.found(*text));
}

void read_zone(const reader& at, std::string& to)
{
    const auto text = at.text();
    if (text && (text->empty() || check_name(at, *text))) to = *text;
}

// A mapping, or just an address.
void parse_instance(const reader& at, instance& to)
{
    if (at.is(node::kind::scalar)) {
        read_address(at, to.address);
    } else {
        at.mapping({
            {"id", section(read_id, to.id)},
            {"address", section(read_address, to.address), presence::required},
            {"zone", section(read_zone, to.zone)},
            {"name", label(to.name)},
            {"port", port(to.port)},
        });
    }
    if (to.id.empty()) to.id = to.address;
}

void read_dns_name(const reader& at, std::string& to)
{
    const auto text = at.text();
    if (!text) return;
    if (parse_address(*text))
        at.fail("expected a DNS name, " + at.found(*text) + "; addresses go into an instances group");
    else if (!is_hostname(*text))
        at.fail("expected a DNS name, " + at.found(*text));
    else
        to = *text;
}

void read_asg_names(const reader& at, std::vector<std::string>& to)
{
    unique taken;
    at.one_or_more([&](const reader& item) {
        const auto text = item.text();
        if (!text) return;
        if (!is_group_name(*text))
            return item.fail("expected the name of an Auto Scaling Group: 1-255 characters, no ':', " + item.found(*text));
        taken.claim(item, *text, "the Auto Scaling Group '" + printable(*text) + '\'');
        to.push_back(*text);
    });
}

void read_asg_tags(const reader& at, std::map<std::string, std::string>& to)
{
    at.entries([&](const std::string& key, const reader& where, const reader& value) {
        if (key.empty() || key.size() > 128) where.fail("a tag's key has 1-128 characters");
        if (const auto text = value.text()) to.emplace(key, *text);
    });
    if (at.is(node::kind::mapping) && at.empty()) at.fail("expected at least one tag");
}

void parse_group(const reader& at, group& to)
{
    asg_source asg;
    instances_source instances;
    file_source file;
    dns_source dns;
    at.mapping({
        {"asg", section(read_asg_names, asg.names)},
        {"asg_tags", section(read_asg_tags, asg.tags)},
        {"instances", section(parse_members, instances.members)},
        {"file", file_path(file.path)},
        {"dns", section(read_dns_name, dns.name)},
        {"refresh", duration_in(dns.refresh, 100ms, 1h)},
    });
    if (!at.exactly_one({"asg", "asg_tags", "instances", "file", "dns"})) return;
    if (at.has("refresh") && !at.has("dns"))
        return at.fail("refresh", "belongs to a dns group; a file is watched, instances are fixed");
    if (at.has("instances"))
        to.source = std::move(instances);
    else if (at.has("file"))
        to.source = std::move(file);
    else if (at.has("dns"))
        to.source = std::move(dns);
    else
        to.source = std::move(asg);
}

}  // namespace

void parse_members(const reader& at, std::vector<instance>& to)
{
    unique ids;
    at.items([&](const reader& item) {
        instance one;
        parse_instance(item, one);
        if (!one.id.empty()) ids.claim(item, one.id, "id '" + printable(one.id) + '\'');
        to.push_back(std::move(one));
    });
}

void parse_groups(const reader& at, std::vector<group>& to)
{
    at.entries([&](const std::string& name, const reader& key, const reader& value) {
        group one;
        one.name = name;
        check_name(key, name);
        parse_group(value, one);
        to.push_back(std::move(one));
    });
}

}  // namespace gatehouse::conf
