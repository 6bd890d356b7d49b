#pragma once

#include <string>
#include <vector>

namespace gatehouse::conf {

// One problem in a configuration file, ready to be shown to the operator.
struct error {
    std::string file;
    int line = 0, column = 0;  // 1-based, as editors show them; 0 when the file as a whole is meant
    std::string path;          // "lb.listeners[0].tls.policy"; empty when no key is meant
    std::string message;       // what is wrong and what is allowed, without a trailing period
};

using errors = std::vector<error>;

// "file:line:column: path.to.key: message", the form editors and compilers share.
std::string to_string(const error& problem);

}  // namespace gatehouse::conf
