#include "bastion/policy/target_names.hpp"

#include "bastion/policy/target_address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace gatehouse::bastion {
namespace {

using snapshot = std::shared_ptr<const discovery::group_snapshot>;

constexpr std::string_view any_prefix = "any.";

// ASCII letters only, as OpenSSH's client folds them.
constexpr char fold(char one) noexcept
{
    return one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one;
}

std::string folded(std::string_view text)
{
    std::string made(text);
    std::ranges::transform(made, made.begin(), fold);
    return made;
}

bool means(std::string_view typed, std::string_view name)
{
    return typed == name || std::ranges::equal(typed, name, {}, {}, fold);
}

template <class Index> void order(Index& of)
{
    std::ranges::stable_sort(of, {}, &Index::value_type::first);
}

template <class Index, class Key> void find(std::vector<resident>& found, const Index& in, const Key& key)
{
    auto at = std::ranges::lower_bound(in, key, {}, &Index::value_type::first);
    for (; at != in.end() && at->first == key; ++at) found.push_back(at->second);
}

// Lower is better.
int rank(discovery::lifecycle state)
{
    using discovery::lifecycle;
    return state == lifecycle::in_service ? 0 : state == lifecycle::terminating ? 2 : 1;
}

// The number in "web.12", without sign or leading zero.
std::optional<std::size_t> read_position(std::string_view digits)
{
    std::size_t position = 0;
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, position);
    if (digits.empty() || digits.front() == '0' || read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return position;
}

}  // namespace

target_names::target_names(const discovery::inventory& everyone, const std::vector<std::string>& groups)
{
    for (const auto& name : groups) {
        const auto found = everyone.find(name);
        if (found != everyone.end() && found->second) groups_.insert(*found);
    }
    for (const auto& [_, home] : groups_) add(home);
    order(ids_);
    order(names_);
    order(folded_ids_);
    order(folded_names_);
    order(addresses_);
}

void target_names::add(const snapshot& home)
{
    for (const auto& one : home->members) {
        const resident who{home, &one};
        ids_.emplace_back(one.id, who);
        if (auto key = folded(one.id); key != one.id) folded_ids_.emplace_back(std::move(key), who);
        addresses_.emplace_back(plain(one.address), who);
        if (one.name.empty()) continue;
        names_.emplace_back(one.name, who);
        if (auto key = folded(one.name); key != one.name) folded_names_.emplace_back(std::move(key), who);
    }
}

resolution target_names::resolve(std::string_view typed, std::uint64_t random) const
{
    if (typed.empty() || typed.size() > longest_name) return {};
    resolution made;
    const auto found_as = [&made](name_form form) {
        if (!made.residents.empty()) made.form = form;
        return !made.residents.empty();
    };
    find(made.residents, ids_, typed);
    find(made.residents, folded_ids_, typed);
    if (found_as(name_form::id)) return made;
    if (const auto address = read_address(typed)) find(made.residents, addresses_, *address);
    if (found_as(name_form::address)) return made;
    made.residents = any_of(typed, random);
    if (found_as(name_form::any_of_group)) return made;
    made.residents = nth_of(typed);
    if (found_as(name_form::nth_of_group)) return made;
    find(made.residents, names_, typed);
    find(made.residents, folded_names_, typed);
    found_as(name_form::name_tag);
    return made;
}

resolution target_names::find_again(const resident& before) const
{
    const auto found = groups_.find(before.group());
    if (found == groups_.end()) return {};
    const auto& members = found->second->members;
    const auto at = std::ranges::lower_bound(members, before.who->id, {}, &discovery::member::id);
    if (at == members.end() || at->id != before.who->id) return {};
    if (plain(at->address) != plain(before.who->address)) return {};
    return {name_form::id, {{found->second, &*at}}};
}

std::vector<resident> target_names::any_of(std::string_view typed, std::uint64_t random) const
{
    std::vector<resident> chosen;
    if (!typed.starts_with(any_prefix)) return chosen;
    const auto state_rank = [](const discovery::member& one) { return rank(one.state); };
    for (const auto& [name, home] : groups_) {
        if (home->members.empty() || !means(typed.substr(any_prefix.size()), name)) continue;
        const int best = rank(std::ranges::min_element(home->members, {}, state_rank)->state);
        std::vector<const discovery::member*> usable;
        for (const auto& one : home->members)
            if (rank(one.state) == best) usable.push_back(&one);
        chosen.push_back({home, usable[random % usable.size()]});
    }
    return chosen;
}

std::vector<resident> target_names::nth_of(std::string_view typed) const
{
    std::vector<resident> found;
    const auto dot = typed.rfind('.');
    if (dot == std::string_view::npos) return found;
    const auto position = read_position(typed.substr(dot + 1));
    if (!position) return found;
    for (const auto& [name, home] : groups_)
        if (means(typed.substr(0, dot), name) && *position <= home->members.size())
            found.push_back({home, &home->members[*position - 1]});
    return found;
}

}  // namespace gatehouse::bastion
