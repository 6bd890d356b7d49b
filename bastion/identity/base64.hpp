#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// RFC 4648 section 4, as key files have it. Strict: padded to four characters, no spaces, no bits that say
// nothing, so that a text has one encoding. Empty when it is not that.
std::optional<std::string> decode_base64(std::string_view text);

std::string encode_base64_unpadded(std::string_view bytes);  // as fingerprints are written

}  // namespace gatehouse::bastion
