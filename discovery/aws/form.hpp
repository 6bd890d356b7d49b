#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::discovery::aws {

// The body of a call in the AWS Query protocol: application/x-www-form-urlencoded, in the order of the calls
// to add().
class form {
public:
    // "DescribeInstances", "2016-11-15"
    form(std::string_view action, std::string_view version);

    form& add(std::string_view name, std::string_view value);

    // NAME.1, NAME.2, ...: `name` is "InstanceId" with EC2 and "InstanceIds.member" with Auto Scaling. An
    // empty list adds nothing, which AWS takes for no restriction.
    form& add_list(std::string_view name, const std::vector<std::string>& values);

    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

}  // namespace gatehouse::discovery::aws
