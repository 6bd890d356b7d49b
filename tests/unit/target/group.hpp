#pragma once

#include "lb/target/balancer.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::lb::testing {

// A group of healthy targets called a, b, c, ... and a balancer over it.
struct group {
    explicit group(std::size_t size, conf::algorithm how = conf::algorithm::round_robin)
    {
        set.settings.name = "web";
        set.settings.algorithm = how;
        for (std::size_t i = 0; i < size; ++i) {
            const std::string id(1, static_cast<char>('a' + i));
            const auto address = boost::asio::ip::make_address_v4(0x7f000101U + static_cast<unsigned>(i));
            auto which = std::make_shared<target>("web", id, boost::asio::ip::tcp::endpoint(address, 80),
                                                  static_cast<std::uint32_t>(i));
            which->set_health(target::health::healthy, "");
            set.members.push_back({.which = std::move(which), .sticky = sticky_hash("web", id)});
        }
    }

    target& operator[](char id) { return *set.members.at(static_cast<std::size_t>(id - 'a')).which; }
    // One letter for each target: near, other or away.
    void tiers(std::string_view letters)
    {
        for (std::size_t i = 0; i < letters.size(); ++i)
            set.members.at(i).where = letters[i] == 'n' ? tier::near : letters[i] == 'o' ? tier::other : tier::away;
    }
    // One letter for each target; a blank is no zone.
    void zones(std::string_view letters)
    {
        for (std::size_t i = 0; i < letters.size(); ++i)
            set.members.at(i).zone = zone_hash(letters[i] == ' ' ? "" : letters.substr(i, 1));
    }
    void fail(char id) { (*this)[id].set_health(target::health::unhealthy, ""); }

    std::string choose(const balancer::request& asked = {})
    {
        const auto* found = chooser.choose(set, asked);
        return found ? found->which->id() : "none";
    }

    // How often each target is chosen in `count` requests.
    std::map<std::string, int> share(int count, const balancer::request& asked = {})
    {
        std::map<std::string, int> shares;
        for (int i = 0; i < count; ++i) ++shares[choose(asked)];
        return shares;
    }

    target_set set;
    balancer chooser{1};
};

using shares = std::map<std::string, int>;

}  // namespace gatehouse::lb::testing
