#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// What a key or certificate says of itself, for records of those that were refused: nothing of it is proven.
struct shown_key {
    std::string key;     // fingerprint of the key, of a certificate's holder; of the bytes when they are no key
    std::string ca;      // of who is said to have signed; empty: not a certificate
    std::string key_id;  // any bytes
    std::optional<std::uint64_t> serial;
};

shown_key look_at_key(std::string_view blob);

}  // namespace gatehouse::bastion
