#pragma once

#include "bastion/policy/access_rule.hpp"
#include "bastion/policy/denial.hpp"
#include "bastion/policy/target_address.hpp"
#include "bastion/policy/target_names.hpp"
#include "conf/bastion.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gatehouse::bastion {

// Proof that access_policy said yes: only it makes one, and whatever connects takes one.
class grant {
public:
    const resident& target() const noexcept { return target_; }
    boost::asio::ip::tcp::endpoint endpoint() const { return {plain(target_.who->address), port_}; }
    const std::string& rule() const noexcept { return rule_; }
    // When to ask again, as the rule then ends or closes; empty = never.
    const std::optional<std::chrono::sys_seconds>& until() const noexcept { return until_; }

private:
    friend class access_policy;
    grant(resident target, std::uint16_t port, const access_rule& rule, std::chrono::sys_seconds when)
        : target_(std::move(target)), port_(port), rule_(rule.name()), until_(rule.holds_until(when))
    {}

    resident target_;
    std::uint16_t port_;
    std::string rule_;
    std::optional<std::chrono::sys_seconds> until_;
};

struct refused {
    denial why = denial::unknown_target;
    std::string rule;                  // that came closest, from forbidden_port on; else empty
    std::vector<resident> candidates;  // of an ambiguous name: only what the user may reach; else empty
};

using decision = std::variant<refused, grant>;  // refused first: a default-made decision refuses

// Who may jump where: deny by default, the first rule that matches decides. Pure: the same question gets the same
// answer. Compiled once per configuration, immutable, shared by the workers. It has to be asked again with a fresh
// resolution whenever the inventory or the configuration changes, and at grant::until().
class access_policy {
public:
    // Throws std::runtime_error when a rule names a time zone that the system does not know.
    explicit access_policy(const conf::bastion& from);

    // Of several servers of one name only those count that some rule lets this user reach: who may tag instances of
    // another group cannot take a name away.
    decision decide(const asker& who, const resolution& to, std::uint16_t port, std::chrono::sys_seconds when) const;

    // Whether decide() says the same of both, each asked alone, whoever asks: of a server it looks at nothing else.
    bool alike(const resident& one, const resident& other) const;

    // What became of one rule.
    struct verdict {
        std::string rule;
        access_rule::mismatch why;
        std::string text;  // access_rule::describe()
    };
    // The rules up to the one that allows it, for `ssh bastion why` and `gatehouse policy test`. Empty when the target
    // is unknown or ambiguous. A user should not see the verdicts of rules for others (mismatch::person).
    std::vector<verdict> explain(const asker& who, const resolution& to, std::uint16_t port,
                                 std::chrono::sys_seconds when) const;

    // Every group that a rule names, and those that rules name for this user; sorted.
    const std::vector<std::string>& groups() const noexcept { return groups_; }
    std::vector<std::string> groups_of(const asker& who) const;

private:
    std::vector<resident> visible(const asker& who, const std::vector<resident>& residents) const;

    std::vector<access_rule> rules_;
    std::vector<std::string> groups_;
    loopback_targets loopback_;
};

}  // namespace gatehouse::bastion
