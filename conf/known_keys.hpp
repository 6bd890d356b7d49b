#pragma once

#include <set>
#include <string>

namespace gatehouse::conf {

// Every key the parser knows, as a path: "lb.listeners[].tls.policy", "groups.<name>.file". Found by asking
// the parser itself, so the reference can be held against it.
std::set<std::string> known_keys();

}  // namespace gatehouse::conf
