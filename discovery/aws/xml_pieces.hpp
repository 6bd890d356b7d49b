#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::discovery::aws {

// A long answer taken apart without being parsed.
struct xml_pieces {
    std::string frame;                     // the answer with its list empty
    std::vector<std::string_view> pieces;  // each element of the list as it stands in the body
};

// Takes the list that is the element `list` apart into its elements, all named `item`. Where the frame and every piece
// are documents of their own, they say together what `body` says. Empty when that is not so for certain: the answer is
// to be read as a whole then, and may be none.
std::optional<xml_pieces> take_apart(std::string_view body, std::string_view list, std::string_view item);

}  // namespace gatehouse::discovery::aws
