#include "discovery/aws/ec2_answers.hpp"

#include "discovery/aws/xml_answer.hpp"
#include "discovery/aws/xml_pieces.hpp"
#include "service/burst.hpp"

#include <utility>

namespace gatehouse::discovery::aws {
namespace {

std::string tag_of(pugi::xml_node instance, std::string_view key)
{
    for (const auto tag : instance.child("tagSet").children("item"))
        if (text_at(tag, "key") == key) return text_at(tag, "value");
    return {};
}

// The interface that the instance was born with: device 0 of network card 0.
pugi::xml_node primary_interface(pugi::xml_node instance)
{
    for (const auto one : instance.child("networkInterfaceSet").children("item")) {
        const auto attachment = one.child("attachment");
        const auto card = text_at(attachment, "networkCardIndex");
        if (text_at(attachment, "deviceIndex") == "0" && (card.empty() || card == "0")) return one;
    }
    return {};
}

// The instance's own ipv6Address is newer than its interfaces' lists, and not in every answer.
std::string ipv6_of(pugi::xml_node instance)
{
    auto address = text_at(instance, "ipv6Address");
    for (const auto one : primary_interface(instance).child("ipv6AddressesSet").children("item")) {
        const bool primary = text_at(one, "isPrimaryIpv6") == "true";
        if (address.empty() || primary) address = text_at(one, "ipv6Address");
    }
    return address;
}

ec2_instance read_instance(pugi::xml_node from)
{
    ec2_instance instance;
    instance.id = text_at(from, "instanceId");
    instance.zone = text_at(from.child("placement"), "availabilityZone");
    instance.name = tag_of(from, "Name");
    instance.state = text_at(from.child("instanceState"), "name");
    instance.private_ipv4 = text_at(from, "privateIpAddress");  // a child's, never an interface's
    instance.ipv6 = ipv6_of(from);
    instance.launch_time = text_at(from, "launchTime");
    instance.spot = text_at(from, "instanceLifecycle") == "spot";
    instance.auto_scaling_group = tag_of(from, "aws:autoscaling:groupName");
    return instance;
}

bool add_instances(pugi::xml_node reservation, std::vector<ec2_instance>& to)
{
    for (const auto one : reservation.child("instancesSet").children("item")) {
        to.push_back(read_instance(one));
        if (to.back().id.empty() || to.back().state.empty()) return false;
    }
    return true;
}

result<page<ec2_instance>> read_whole(std::string_view xml)
{
    const auto document = parse_answer(xml, "DescribeInstancesResponse");
    if (!document) return document.error();
    const auto answer = (*document)->document_element();
    const auto reservations = answer.child("reservationSet");
    if (!reservations)
        return invalid_answer("the answer has no list of reservations");  // none is an empty list
    page<ec2_instance> read;
    read.next_token = text_at(answer, "nextToken");
    for (const auto reservation : reservations.children("item"))
        if (!add_instances(reservation, read.items)) return invalid_answer("an instance has no id or no state");
    return read;
}

}  // namespace

// A page of a thousand instances is 2.5 MB, and a parser takes its core for all of them in one go: so it gets one
// reservation at a time. What is wrong with an answer, if anything is, the whole tells.
result<page<ec2_instance>> describe_instances(std::string_view xml)
{
    const auto apart = take_apart(xml, "reservationSet", "item");
    if (!apart) return read_whole(xml);
    auto read = read_whole(apart->frame);
    if (!read) return read_whole(xml);
    for (const auto piece : apart->pieces) {
        service::let_others_run();
        const auto document = parse_answer(piece, "item");
        if (!document || !add_instances((*document)->document_element(), read->items)) return read_whole(xml);
    }
    return read;
}

result<page<spot_request>> describe_spot_requests(std::string_view xml)
{
    const auto document = parse_answer(xml, "DescribeSpotInstanceRequestsResponse");
    if (!document) return document.error();
    const auto answer = (*document)->document_element();
    const auto requests = answer.child("spotInstanceRequestSet");
    if (!requests) return invalid_answer("the answer has no list of spot requests");  // none is an empty list
    page<spot_request> read;
    read.next_token = text_at(answer, "nextToken");
    for (const auto one : requests.children("item"))
        read.items.push_back({text_at(one, "instanceId"), text_at(one.child("status"), "code")});
    return read;
}

}  // namespace gatehouse::discovery::aws
