#pragma once

#include "discovery/aws/asg_answer.hpp"
#include "discovery/inventory.hpp"
#include "discovery/provider.hpp"
#include "discovery/shared_list.hpp"

#include <map>
#include <string>
#include <vector>

namespace gatehouse::discovery::aws {

// Who belongs to a group that follows Auto Scaling Groups. A member leaves on positive evidence (it is listed as
// terminating, detaching, ...) or after it was absent from several complete answers in a row, and never because of an
// answer in which an Auto Scaling Group lists nobody, unless it wants nobody. No clock, no I/O.
class asg_membership {
public:
    static constexpr int patience = 3;  // complete answers without a member until it is believed to be gone

    // Begins with what is known already. `wanted` names the Auto Scaling Groups that must be found, none when tags
    // choose them.
    asg_membership(std::vector<std::string> wanted, const std::vector<member>& known);

    // success, partial (some named group was missing, or lists nobody though it wants and had some, or EC2 did not tell
    // of everyone: adds members, removes none of whom was not told), empty or not_found (not believed).
    poll_result observe(const asg_answer& told);

    const shared_list<member>& members() const noexcept { return members_; }  // ordered by id; the same until one differs
    std::vector<std::string> auto_scaling_groups() const;  // that they are in
    // Named groups that the last answer did not have.
    const std::vector<std::string>& missing() const noexcept { return missing_; }

private:
    struct record {
        member who;
        int absences = 0;
        bool ec2_ends_it = false;  // EC2 is shutting it down
        std::string spot_notice;   // or about to take it back
    };
    poll_result learn(const asg_answer& told);
    bool take(const instance_facts& seen, bool interruptions_known);
    bool count_absences(const asg_answer& told);
    void list();

    std::vector<std::string> wanted_, missing_;
    std::map<std::string, record> records_;  // by id
    shared_list<member> members_;            // as the records have them
    asg_answer last_;
    bool settled_ = false;  // `last_` was a success, and told once more it would change nothing: nobody is absent
};

}  // namespace gatehouse::discovery::aws
