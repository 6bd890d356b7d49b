#include "discovery/aws/group_reader.hpp"

#include "discovery/aws/xml_pieces.hpp"
#include "service/burst.hpp"

#include <utility>

namespace gatehouse::discovery::aws {

result<page<group_reader::group>> group_reader::read(std::string_view xml)
{
    const auto apart = take_apart(xml, "AutoScalingGroups", "member");
    if (!apart) return read_whole(xml);
    const auto frame = describe_auto_scaling_groups(apart->frame);
    if (!frame) return read_whole(xml);
    page<group> read{{}, frame->next_token};
    for (const auto piece : apart->pieces) {
        service::let_others_run();
        auto one = read_piece(piece);
        if (!one) return read_whole(xml);
        read.items.push_back(std::move(one));
    }
    return read;
}

// Null when it is no group.
group_reader::group group_reader::read_piece(std::string_view xml)
{
    const auto text = sha256(xml);
    if (const auto before = seen_.find(text); before != seen_.end()) return before->second;
    if (const auto before = known_.find(text); before != known_.end()) return seen_.insert(*before).first->second;
    ++parsed_;
    auto made = read_auto_scaling_group(xml);
    if (!made) return nullptr;
    return seen_.emplace(text, std::make_shared<const auto_scaling_group>(*std::move(made))).first->second;
}

// What is wrong with the answer, if anything is.
result<page<group_reader::group>> group_reader::read_whole(std::string_view xml)
{
    auto whole = describe_auto_scaling_groups(xml);
    if (!whole) return whole.error();
    page<group> read{{}, std::move(whole->next_token)};
    for (auto& one : whole->items) read.items.push_back(std::make_shared<const auto_scaling_group>(std::move(one)));
    parsed_ += whole->items.size();
    return read;
}

void group_reader::end_look() { known_ = std::exchange(seen_, {}); }

}  // namespace gatehouse::discovery::aws
