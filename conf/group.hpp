#pragma once

#include "conf/error.hpp"
#include "conf/units.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gatehouse::conf {

// One server of a group, as `instances` and group files list it.
struct instance {
    std::string id;                     // unique in its group; the address when none is given
    std::string address;                // IP literal, never a name
    std::string zone;                   // availability zone; may be empty
    std::string name;                   // the Name tag, one line of at most 256 bytes; may be empty
    std::optional<std::uint16_t> port;  // overrides the target group's port, as an ALB registration may
    bool operator==(const instance&) const = default;
};

struct instances_source {  // `instances: [...]`
    std::vector<instance> members;
    bool operator==(const instances_source&) const = default;
};
struct file_source {  // `file: PATH`: a YAML list in the `instances` form, watched, swapped whole
    std::string path;
    bool operator==(const file_source&) const = default;
};
struct dns_source {  // `dns: NAME`: every A and AAAA record is a member
    std::string name;
    duration refresh = std::chrono::seconds(10);  // 100 ms .. 1 h
    bool operator==(const dns_source&) const = default;
};
struct asg_source {  // `asg: NAME`, `asg: [NAME, ...]` or `asg_tags: {KEY: VALUE, ...}`: Auto Scaling Groups
    std::vector<std::string> names;           // of the groups; empty when tags choose them
    std::map<std::string, std::string> tags;  // every one must be on a group; empty when names are given
    bool operator==(const asg_source&) const = default;
};

// A named set of servers: who lives in the house. Target groups name it in `members`.
struct group {
    std::string name;  // 1-64 letters, digits, '.', '_', '-'
    std::variant<instances_source, file_source, dns_source, asg_source> source;
    bool operator==(const group&) const = default;
};

struct group_file_result {
    std::optional<std::vector<instance>> members;  // empty when there were errors
    errors problems;
};

// Reads a group file. Never throws for what the file contains; an unreadable file is a problem too.
group_file_result load_group_file(const std::string& path);

}  // namespace gatehouse::conf
