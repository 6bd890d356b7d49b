#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gatehouse::lb {

// Which context serves which server name: exact names first, then wildcards for one label ("*.example.com").
// Names compare without case. Does not own the contexts.
class name_table {
public:
    // A name that is already present keeps its context: the certificate listed first wins.
    void add(std::string_view name, SSL_CTX* context);

    // Null when no name covers `server_name`.
    SSL_CTX* find(std::string_view server_name) const;

private:
    struct hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::unordered_map<std::string, SSL_CTX*, hash, std::equal_to<>> contexts_;  // lower case
};

}  // namespace gatehouse::lb
