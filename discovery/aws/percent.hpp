#pragma once

#include <string>
#include <string_view>

namespace gatehouse::discovery::aws {

// `text` with every byte but the unreserved ones of RFC 3986 and those in `kept` as %XX, in upper case: the
// one form that AWS computes signatures over.
std::string percent_encoded(std::string_view text, std::string_view kept = {});

// Back again. A '%' without two digits after it stands for itself, and so does a '+'.
std::string percent_decoded(std::string_view text);

}  // namespace gatehouse::discovery::aws
