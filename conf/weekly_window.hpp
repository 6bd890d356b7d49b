#pragma once

#include "conf/bastion.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::conf {

// "Mon-Fri 08:00-19:00 Europe/London", "Sat,Sun 22:00-06:00": days, times and a zone, one space between them. Without
// days every day, without a zone UTC. Days may run over the week's end (Fri-Mon). Empty when the text has another form;
// whether the zone exists is not looked at.
std::optional<weekly_window> parse_weekly_window(std::string_view text);

}  // namespace gatehouse::conf
