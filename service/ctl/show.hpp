#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace gatehouse::service::ctl {

// What the commands print for people, from the admin API's answers.
std::string show_status(const boost::json::value& status);
std::string show_targets(const boost::json::value& targets);
std::string show_drained(const boost::json::array& results);  // of drain and undrain
std::string show_explanation(const boost::json::value& explanation);
std::string show_target_explanation(const boost::json::value& explanation);
std::string show_zones(const boost::json::value& zones);
std::string show_zone(const boost::json::value& zone);  // of zone away and zone back
std::string show_discovery(const boost::json::value& found);

}  // namespace gatehouse::service::ctl
