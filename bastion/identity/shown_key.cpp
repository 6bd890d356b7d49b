#include "bastion/identity/shown_key.hpp"

#include "bastion/identity/base64.hpp"
#include "bastion/identity/certificate.hpp"
#include "bastion/identity/digest.hpp"

namespace gatehouse::bastion {

shown_key look_at_key(std::string_view blob)
{
    if (const auto key = public_key::parse(blob)) return {key->sha256_fingerprint(), {}, {}, {}};
    if (const auto read = certificate::parse(blob))
        return {read->key.sha256_fingerprint(), read->authority.sha256_fingerprint(), read->key_id, read->serial};
    return {"SHA256:" + encode_base64_unpadded(sha256(blob)), {}, {}, {}};
}

}  // namespace gatehouse::bastion
