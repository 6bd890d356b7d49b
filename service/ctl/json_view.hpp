#pragma once

#include <boost/json/value.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace gatehouse::service::ctl {

// Lenient reading of the daemon's answers: a daemon of another version may lack a member or add one.

// A member as a table shows it: "-" when it is missing or null, "yes" and "no", else its text, on one line
// and without anything that could steer the terminal.
std::string text(const boost::json::value& object, std::string_view member);

// The same for a value by itself.
std::string text(const boost::json::value& value);

bool flag(const boost::json::value& object, std::string_view member);  // false when missing
const boost::json::value& part(const boost::json::value& object, std::string_view member);  // or null
const boost::json::array& list(const boost::json::value& object, std::string_view member);  // or empty

// RFC 3339 for a number of seconds since the epoch; text is shown as it is.
std::string moment(const boost::json::value& when);

// "512 B", "1.2 KiB", "3.4 GiB"; "-" for what is no number.
std::string size(const boost::json::value& bytes);

// "3d 4h", "5m 12s", "42s"; "-" for what is no number.
std::string duration(const boost::json::value& seconds);

}  // namespace gatehouse::service::ctl
