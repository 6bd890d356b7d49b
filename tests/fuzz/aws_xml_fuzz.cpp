#include "conf/encoding.hpp"
#include "discovery/aws/autoscaling_answers.hpp"
#include "discovery/aws/ec2_answers.hpp"
#include "discovery/aws/group_reader.hpp"
#include "discovery/aws/imds_answers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace gatehouse;
using namespace gatehouse::discovery::aws;

namespace {

void require(bool holds)
{
    if (!holds) std::abort();
}

// May go into logs and files.
bool is_clean(const std::string& text)
{
    return !conf::first_bad_character(text);
}

void check(const api_error& failed)
{
    require(failed.code.size() <= longest_code + 3 && failed.message.size() <= longest_message + 3);
    require(is_clean(failed.code) && is_clean(failed.message) &&
            is_clean(explain(failed, "ec2:DescribeInstances")));
}

template <class T> void check_refusal(const result<T>& read)
{
    if (!read.has_error()) return;
    require(read.error().kind == error_kind::invalid_answer && !read.error().message.empty());
    check(read.error());
}

// Taken apart, and from memory, an answer says what it says as a whole.
void check_same_in_pieces(std::string_view body, const result<page<auto_scaling_group>>& whole)
{
    group_reader reader;
    for (int look = 0; look < 2; ++look) {
        const auto read = reader.read(body);
        require(read.has_value() == whole.has_value());
        if (!read) return;
        require(read->next_token == whole->next_token && read->items.size() == whole->items.size());
        for (std::size_t i = 0; i < read->items.size(); ++i) {
            const auto &one = *read->items[i], &other = whole->items[i];
            require(one.name == other.name && one.tags == other.tags && one.desired == other.desired);
            require(std::ranges::equal(one.instances, other.instances, {}, &asg_instance::id, &asg_instance::id));
        }
        reader.end_look();
    }
}

void check_groups(std::string_view body)
{
    const auto read = describe_auto_scaling_groups(body);
    check_refusal(read);
    check_same_in_pieces(body, read);
    if (!read) return;
    require(is_clean(read->next_token));
    for (const auto& group : read->items) {
        require(!group.name.empty() && is_clean(group.name));
        for (const auto& one : group.instances)
            require(!one.id.empty() && is_clean(one.id) && is_clean(one.zone));
        for (const auto& [key, value] : group.tags) require(is_clean(key) && is_clean(value));
    }
}

void check_instances(std::string_view body)
{
    const auto read = describe_instances(body);
    check_refusal(read);
    if (!read) return;
    for (const auto& one : read->items) require(!one.id.empty() && !one.state.empty() && is_clean(one.name));
}

}  // namespace

// Whatever comes instead of an answer is refused in words that can be logged, and what is accepted is whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    check_groups(body);
    check_instances(body);
    check_refusal(describe_lifecycle_hooks(body));
    check_refusal(describe_spot_requests(body));
    const auto keys = read_web_identity(body, "fuzz");
    check_refusal(keys);
    if (keys) require(is_usable(*keys));
    check(read_error(400, body));
    return 0;
}
