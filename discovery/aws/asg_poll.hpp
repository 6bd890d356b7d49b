#pragma once

#include "conf/group.hpp"
#include "discovery/aws/answer.hpp"
#include "discovery/aws/answer_memory.hpp"
#include "discovery/aws/asg_answer.hpp"
#include "discovery/aws/ec2_answers.hpp"
#include "discovery/aws/form.hpp"
#include "discovery/aws/group_reader.hpp"
#include "service/background.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::discovery::aws {

// One call to AWS: the body of its answer, or why there is none. Services are named as they are signed: "autoscaling",
// "ec2".
using ask_aws = std::function<boost::asio::awaitable<result<std::string>>(std::string service, std::string action,
                                                                          form parameters)>;

// What looks leave to those that follow, so that what did not change is not read, put together and compared anew. Of
// one poller: looks that share it do not overlap.
struct look_memory {
    group_reader groups;
    answer_memory answers;
    std::shared_ptr<const described_instances> described;  // that the answers were made with; null: not with all of it
};

// What one look is to find out.
struct asg_poll_request {
    struct source {
        conf::asg_source what;
        std::vector<std::string> known;  // Auto Scaling Groups that its tags chose so far
    };
    std::vector<source> groups;
    bool interruptions = true;  // ask which spot instances are about to be taken back, where there are any
    // Of the looks before, and brought up to date: whoever is in it, runs and has an address is not described again but
    // when EC2 shuts it down, so that the same ten thousand instances are not read from 25 MB each time. Empty: EC2 is
    // asked for all of them, which renews what else may change (the Name tag). Null: likewise, and nothing is kept.
    std::shared_ptr<described_instances> described = nullptr;
    std::shared_ptr<look_memory> memory = nullptr;  // null: this look remembers nothing
};

// What one look at AWS brought for every configured group.
struct asg_poll_answer {
    std::vector<asg_answer> groups;         // as many as were asked for, in that order
    std::optional<api_error> ec2_failure;   // DescribeInstances failed: addresses of new instances are missing
    std::optional<api_error> spot_failure;  // DescribeSpotInstanceRequests failed
    unsigned calls = 0;
};

// Looks once, for all configured groups together: the named Auto Scaling Groups in lists of 100, those chosen by tags
// with one list per set of tags, then their instances by the tag that Auto Scaling puts on them. Every list is read to
// its last page; a failure of Auto Scaling fails the whole look. What is cut, repeats a page token or does not end
// is an invalid_answer.
//
// A list that lacks pages without a trace cannot be told from a whole one. So groups that tags chose before are asked
// for by name as well: those that still have the tags belong, whether the list by tags has them or not.
//
// Answers are read by `elsewhere`: ten thousand instances are 30 MB of XML.
boost::asio::awaitable<result<asg_poll_answer>> poll_groups(ask_aws ask, asg_poll_request wanted,
                                                                service::job_runner elsewhere = service::run_at_once);

}  // namespace gatehouse::discovery::aws
