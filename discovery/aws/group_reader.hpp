#pragma once

#include "discovery/aws/answer.hpp"
#include "discovery/aws/autoscaling_answers.hpp"
#include "discovery/aws/sha256.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string_view>

namespace gatehouse::discovery::aws {

// Reads the answers to DescribeAutoScalingGroups, look after look. From one look to the next few groups change, and a
// group that is told in the same bytes is the very object that was made of them the first time: its XML is not read
// again. Not thread-safe.
class group_reader {
public:
    using group = std::shared_ptr<const auto_scaling_group>;

    result<page<group>> read(std::string_view xml);

    // A look is over: forgets the groups that were not read since the last one was.
    void end_look();

    std::size_t parsed() const noexcept { return parsed_; }  // groups whose XML was read, so far

private:
    result<page<group>> read_whole(std::string_view xml);
    group read_piece(std::string_view xml);

    using by_text = std::map<sha256_digest, group>;
    by_text known_, seen_;  // seen: in this look
    std::size_t parsed_ = 0;
};

}  // namespace gatehouse::discovery::aws
