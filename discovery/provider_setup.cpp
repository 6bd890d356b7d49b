#include "discovery/provider_setup.hpp"

#include "discovery/aws/asg_provider.hpp"
#include "discovery/dns_provider.hpp"
#include "discovery/file_provider.hpp"
#include "discovery/instances_provider.hpp"

#include <boost/asio/ip/address.hpp>

#include <stdexcept>
#include <utility>

namespace gatehouse::discovery {
namespace {

struct maker {
    const std::string& group;
    provider_setup setup;

    std::unique_ptr<provider> operator()(const conf::instances_source& source)
    {
        return std::make_unique<instances_provider>(group, source, std::move(setup));
    }
    std::unique_ptr<provider> operator()(const conf::file_source& source)
    {
        return std::make_unique<file_provider>(group, source, std::move(setup));
    }
    std::unique_ptr<provider> operator()(const conf::dns_source& source)
    {
        return std::make_unique<dns_provider>(group, source, std::move(setup));
    }
    std::unique_ptr<provider> operator()(const conf::asg_source& source)
    {
        auto looks = setup.auto_scaling;
        return std::make_unique<aws::asg_provider>(group, source, std::move(setup), std::move(looks));
    }
};

struct namer {
    std::string_view operator()(const conf::instances_source&) const noexcept { return "instances"; }
    std::string_view operator()(const conf::file_source&) const noexcept { return "file"; }
    std::string_view operator()(const conf::dns_source&) const noexcept { return "dns"; }
    std::string_view operator()(const conf::asg_source&) const noexcept { return "asg"; }
};

}  // namespace

std::unique_ptr<provider> make_provider(const conf::group& settings, provider_setup setup)
{
    return std::visit(maker{settings.name, std::move(setup)}, settings.source);
}

std::string_view provider_name(const conf::group& settings) noexcept
{
    return std::visit(namer{}, settings.source);
}

member to_member(const conf::instance& listed)
{
    boost::system::error_code bad;
    member made;
    made.address = boost::asio::ip::make_address(listed.address, bad);
    if (bad) throw std::logic_error("member address '" + listed.address + "' is not an IP literal");
    made.id = listed.id.empty() ? listed.address : listed.id;
    made.zone = listed.zone;
    made.name = listed.name;
    made.port = listed.port;
    return made;
}

std::vector<member> to_members(const std::vector<conf::instance>& listed)
{
    std::vector<member> members;
    members.reserve(listed.size());
    for (const auto& one : listed) members.push_back(to_member(one));
    return normalised(std::move(members));
}

}  // namespace gatehouse::discovery
