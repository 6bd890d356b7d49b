#pragma once

#include "conf/group.hpp"
#include "discovery/aws/asg_membership.hpp"
#include "discovery/aws/asg_poller.hpp"
#include "discovery/provider_setup.hpp"

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::discovery::aws {

// The members of one group as its Auto Scaling Groups have them. Lives on the control thread.
class asg_provider final : public provider, private asg_poller::follower {
public:
    // `looks` is shared by every group of the configuration.
    asg_provider(std::string group, conf::asg_source source, provider_setup setup, std::shared_ptr<asg_poller> looks);
    ~asg_provider();

    void start(publish to) override;

private:
    void take(const asg_answer& told, bool ec2_failed) override;
    void failed(poll_result why) override;
    std::vector<std::string> auto_scaling_groups() const override { return members_.auto_scaling_groups(); }
    void report(poll_result how);
    void tell(poll_result how);

    std::string group_;
    conf::asg_source source_;
    provider_setup setup_;
    std::shared_ptr<asg_poller> looks_;
    asg_membership members_;
    shared_list<member> published_;
    std::chrono::system_clock::time_point as_of_{};
    poll_result last_ = poll_result::success;
    publish to_;
};

}  // namespace gatehouse::discovery::aws
