#pragma once

#include "discovery/aws/asg_answer.hpp"
#include "discovery/aws/ec2_answers.hpp"
#include "discovery/aws/group_reader.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gatehouse::discovery::aws {

using groups_by_name = std::map<std::string, group_reader::group>;
// What EC2 said of instances that may still exist, from look to look.
using described_instances = std::unordered_map<std::string, ec2_instance>;  // by id
using spot_notices = std::map<std::string, std::string>;                    // id -> the spot request's status code

// What one look found, as the answers are made of it.
struct findings {
    const groups_by_name& groups;
    const described_instances& instances;
    const spot_notices& interrupted;
    bool interruptions_known = true;
    // Since the findings before: the instances of which EC2 tells otherwise. Null: compare everything.
    const std::unordered_set<std::string>* changed = nullptr;
};

// Makes what is told of each configured group out of a look, and the very same as the time before where nothing is
// different: ten thousand instances are neither put together nor compared by those who follow them.
class answer_memory {
public:
    // One look, for each configured group the names of its Auto Scaling Groups.
    std::vector<asg_answer> answer(std::vector<std::vector<std::string>> wanted, const findings& seen);

private:
    struct told {
        std::vector<std::string> names;
        std::vector<group_reader::group> from;  // null: there is no such group
        asg_answer answer;
    };
    bool stands(const told& before, const told& now, const findings& seen) const;

    std::vector<told> before_;
    spot_notices interrupted_;
};

}  // namespace gatehouse::discovery::aws
