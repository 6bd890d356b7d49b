#include "discovery/state_file.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <utility>

namespace gatehouse::discovery {
namespace {

namespace json = boost::json;
using std::chrono::system_clock;

constexpr std::int64_t version = 1;

std::string text_of(const json::object& from, std::string_view key)
{
    return std::string(from.at(key).as_string());
}

lifecycle lifecycle_of(std::string_view text)
{
    for (const auto state :
         {lifecycle::in_service, lifecycle::pending, lifecycle::terminating, lifecycle::standby})
        if (to_string(state) == text) return state;
    throw std::runtime_error("unknown lifecycle '" + std::string(text) + "'");
}

json::object write_member(const member& one)
{
    json::object written{{"id", one.id},
                         {"address", one.address.to_string()},
                         {"zone", one.zone},
                         {"name", one.name},
                         {"state", to_string(one.state)}};
    if (one.port) written["port"] = *one.port;
    if (!one.auto_scaling_group.empty() || !one.provider_state.empty()) {
        written["auto_scaling_group"] = one.auto_scaling_group;
        written["provider_state"] = one.provider_state;
    }
    if (one.launched) written["launched"] = std::chrono::system_clock::to_time_t(*one.launched);
    return written;
}

member read_member(const json::object& from)
{
    member one;
    one.id = text_of(from, "id");
    one.address = boost::asio::ip::make_address(text_of(from, "address"));
    one.zone = text_of(from, "zone");
    one.name = text_of(from, "name");
    one.state = lifecycle_of(text_of(from, "state"));
    if (const auto* port = from.if_contains("port")) one.port = port->to_number<std::uint16_t>();
    if (from.contains("auto_scaling_group")) {
        one.auto_scaling_group = text_of(from, "auto_scaling_group");
        one.provider_state = text_of(from, "provider_state");
    }
    if (const auto* launched = from.if_contains("launched"))
        one.launched = system_clock::from_time_t(launched->to_number<std::uint32_t>());
    return one;
}

json::object write_group(const std::string& name, const remembered_group& group)
{
    const auto since = group.snapshot->as_of.time_since_epoch();
    json::array members;
    for (const auto& one : group.snapshot->members) members.push_back(write_member(one));
    return {{"name", name},
            {"source", group.source},
            {"as_of", std::chrono::duration_cast<std::chrono::seconds>(since).count()},
            {"members", std::move(members)}};
}

remembered_group read_group(const json::object& from)
{
    group_snapshot known;
    known.group = text_of(from, "name");
    const auto as_of = from.at("as_of").to_number<std::uint32_t>();
    known.as_of = system_clock::time_point(std::chrono::seconds(as_of));
    for (const auto& one : from.at("members").as_array())
        known.members.push_back(read_member(one.as_object()));
    known.members = normalised(std::move(known.members));
    return {text_of(from, "source"), std::make_shared<const group_snapshot>(std::move(known))};
}

}  // namespace

std::string write_remembered(const remembered_groups& groups)
{
    json::array written;
    for (const auto& [name, group] : groups) written.push_back(write_group(name, group));
    return json::serialize(json::object{{"version", version}, {"groups", std::move(written)}}) + '\n';
}

remembered_groups read_remembered(const std::string& text)
{
    const auto parsed = json::parse(text);
    const auto& whole = parsed.as_object();
    if (whole.at("version").to_number<std::int64_t>() != version)
        throw std::runtime_error("its version is not " + std::to_string(version));
    remembered_groups groups;
    for (const auto& entry : whole.at("groups").as_array()) {
        auto group = read_group(entry.as_object());
        auto name = group.snapshot->group;
        groups.insert_or_assign(std::move(name), std::move(group));
    }
    return groups;
}

}  // namespace gatehouse::discovery
