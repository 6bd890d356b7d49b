#include "bastion/identity/digest.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace gatehouse::bastion {
namespace {

std::string digest(std::string_view bytes, const EVP_MD* kind)
{
    std::string made(static_cast<std::size_t>(EVP_MD_get_size(kind)), '\0');
    if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(made.data()), nullptr, kind,
                   nullptr) != 1)
        throw std::runtime_error(std::string("OpenSSL cannot compute ") + EVP_MD_get0_name(kind));
    return made;
}

}  // namespace

std::string sha1(std::string_view bytes)
{
    return digest(bytes, EVP_sha1());
}
std::string sha256(std::string_view bytes)
{
    return digest(bytes, EVP_sha256());
}

}  // namespace gatehouse::bastion
