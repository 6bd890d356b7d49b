#pragma once

#include <boost/json/value.hpp>

#include <chrono>
#include <string>

namespace gatehouse::service::ctl {

// What the commands print for people, from the admin API's answers.
std::string show_status(const boost::json::value& status);
std::string show_targets(const boost::json::value& targets);  // of either daemon
std::string show_drained(const boost::json::array& results);  // of drain and undrain
std::string show_explanation(const boost::json::value& explanation);
std::string show_target_explanation(const boost::json::value& explanation);
std::string show_zones(const boost::json::value& zones);
std::string show_zone(const boost::json::value& zone);  // of zone away and zone back
std::string show_discovery(const boost::json::value& found);
std::string show_sessions(const boost::json::value& sessions, std::chrono::sys_seconds now);
std::string show_policy(const boost::json::value& verdict);
std::string show_penalties(const boost::json::value& penalties);

}  // namespace gatehouse::service::ctl
