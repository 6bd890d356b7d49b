#pragma once

#include "discovery/inventory.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::bastion {

// A member of a group, kept alive by its snapshot.
struct resident {
    std::shared_ptr<const discovery::group_snapshot> home;
    const discovery::member* who = nullptr;  // one of home->members

    const std::string& group() const noexcept { return home->group; }
    bool operator==(const resident&) const = default;
};

// How a name was understood. The order is that of precedence: no Name tag, which whoever may tag an instance chooses,
// takes an id, an address or a group's place.
enum class name_form { unknown, id, address, any_of_group, nth_of_group, name_tag };

// Whom a name may mean. The same server can be in several groups; whether several servers are meant, access_policy
// decides among those that the user may reach at all.
struct resolution {
    name_form form = name_form::unknown;
    std::vector<resident> residents;
};

// What users call servers: `ssh -J bastion NAME`. Knows the groups that rules name and no other. Built once per
// inventory, immutable, shared by the workers.
//
// Names are exact. But OpenSSH's client turns what a user types into lower case before anyone sees it, so a text
// without capital letters means also those whose name differs from it by capitals only.
class target_names {
public:
    target_names() = default;  // knows nobody
    // `groups` that the inventory lacks are left out.
    target_names(const discovery::inventory& everyone, const std::vector<std::string>& groups);

    // `random`, any number, chooses the member of `any.group`: one in service where there is one, else one that is not
    // terminating, else one that is.
    resolution resolve(std::string_view typed, std::uint64_t random) const;

    // The same member at the same address as this inventory has it, to ask the policy again about a live channel;
    // nobody when it is gone.
    resolution find_again(const resident& before) const;

    const discovery::inventory& groups() const noexcept { return groups_; }

    static constexpr std::size_t longest_name = 255;  // bytes; what is longer names nobody

private:
    template <class Key> using index = std::vector<std::pair<Key, resident>>;  // ordered by key, then group and id

    void add(const std::shared_ptr<const discovery::group_snapshot>& home);
    std::vector<resident> any_of(std::string_view typed, std::uint64_t random) const;
    std::vector<resident> nth_of(std::string_view typed) const;

    discovery::inventory groups_;
    index<std::string_view> ids_, names_;           // the keys lie in the snapshots
    index<std::string> folded_ids_, folded_names_;  // of those with capital letters only
    index<boost::asio::ip::address> addresses_;
};

}  // namespace gatehouse::bastion
