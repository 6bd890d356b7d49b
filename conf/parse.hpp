#pragma once

#include "conf/config.hpp"
#include "conf/near_miss.hpp"
#include "conf/reader.hpp"

namespace gatehouse::conf {

// One function per struct of the configuration: reads the value at `at` into `to`, whose initializers are the
// defaults, and checks fields against each other. Problems go to the reader.

void parse_config(const reader& at, config& to);

void parse_groups(const reader& at, std::vector<group>& to);
void parse_members(const reader& at, std::vector<instance>& to);  // `instances`, a group file

void parse_aws(const reader& at, aws& to);

// `binds_taken`: what the file's listeners and admin endpoints are bound to, over both daemons.
void parse_lb(const reader& at, lb& to, const names& groups, unique& binds_taken);
void parse_timeouts(const reader& at, timeouts& to);
void parse_limits(const reader& at, limits& to);
void parse_headers(const reader& at, header_policy& to);
void parse_access_log(const reader& at, std::optional<access_log>& to);
void parse_admin(const reader& at, admin& to);
void parse_bind(const reader& at, bind_address& to);
void parse_binds(const reader& at, std::vector<bind_address>& to, unique& taken);
void parse_proxy_protocol(const reader& at, std::vector<network>& trusted);

// What the listeners of one file share.
struct listener_scope {
    const names& target_groups;
    unique names_taken;
    unique& binds_taken;
};
void parse_listener(const reader& at, listener& to, listener_scope& scope);
void parse_tls(const reader& at, listener_tls& to);
void parse_match(const reader& at, match& to);
void parse_action(const reader& at, action& to, const names& target_groups);
void parse_redirect(const reader& at, redirect& to);

// People as rules may name them. Where a `user_ca` vouches for people, certificates bring names that stand nowhere in
// the file; then any name will do.
struct people {
    names users, groups;
    bool from_elsewhere = false;
};
take user_names(std::vector<std::string>& to, const people& known);

void parse_bastion(const reader& at, bastion& to, const names& groups, unique& binds_taken);
void parse_bastion_limits(const reader& at, bastion_limits& to);
// `certificates`: users may log in with one, and need no key here.
void parse_ssh_users(const reader& at, std::vector<ssh_user>& to, bool certificates);
void parse_access_rules(const reader& at, std::vector<access_rule>& to, const names& groups, const people& known);

void parse_target_group(const reader& at, target_group& to, const names& groups);
void parse_health_check(const reader& at, health_check& to);

}  // namespace gatehouse::conf
