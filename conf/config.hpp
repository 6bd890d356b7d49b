#pragma once

#include "conf/aws.hpp"
#include "conf/bastion.hpp"
#include "conf/error.hpp"
#include "conf/file_access.hpp"
#include "conf/group.hpp"
#include "conf/lb.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::conf {

// A whole configuration file, checked: every name resolves, every range holds. Immutable once loaded.
struct config {
    std::string file;            // as given on the command line
    std::vector<group> groups;   // in the file's order
    conf::aws aws;               // for groups that name an Auto Scaling Group
    std::string state_dir;       // empty = keep no state
    std::optional<conf::lb> lb;            // of gatehouse-lb
    std::optional<conf::bastion> bastion;  // of gatehouse-bastion
};

struct load_result {
    std::shared_ptr<const config> value;  // null when there were errors
    errors problems;                      // all of them, in the file's order
};

// Reads and checks a file: syntax, keys, ranges, cross references, certificates. Never throws for what the
// file contains. `${VAR}` and `${file:/path}` inside string values are replaced.
// Relative paths in it start at the folder of `file`.
load_result load(const std::string& file, used_by daemons = used_by::both);

// The same for text that is already in memory; `file` names it in errors and need not exist.
load_result parse(std::string_view text, const std::string& file, file_access files = file_access::allowed,
                  used_by daemons = used_by::both);

}  // namespace gatehouse::conf
