#include "bastion/ssh/libssh/handles.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <string_view>

namespace gatehouse::bastion {

std::string text_of(const char* from)
{
    return from ? from : "";
}

std::string blob_of(ssh_key key)
{
    char* encoded = nullptr;
    if (!key || ssh_pki_export_pubkey_base64(key, &encoded) != SSH_OK) return {};
    const std::unique_ptr<char, deleter<&ssh_string_free_char>> owned(encoded);
    const std::string_view text(encoded);
    std::string decoded(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                                     reinterpret_cast<const unsigned char*>(encoded), static_cast<int>(text.size()));
    if (size < 0) return {};
    // EVP_DecodeBlock counts the padding as data.
    const auto padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
    decoded.resize(static_cast<std::size_t>(size) - padding);
    return decoded;
}

}  // namespace gatehouse::bastion
