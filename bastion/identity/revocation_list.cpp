#include "bastion/identity/revocation_list.hpp"

#include "bastion/identity/digest.hpp"
#include "bastion/identity/krl_reader.hpp"
#include "bastion/identity/revoked_keys_reader.hpp"

namespace gatehouse::bastion {

boost::system::result<revocation_list, std::string> revocation_list::parse(std::string_view file)
{
    if (is_krl(file)) return krl_reader(file).read();
    return revoked_keys_reader().read(file);
}

bool revocation_list::revokes(const public_key& key) const
{
    if (keys_.contains(key.blob())) return true;
    if (!sha256_.empty() && sha256_.contains(sha256(key.blob()))) return true;
    return !sha1_.empty() && sha1_.contains(sha1(key.blob()));
}

bool revocation_list::certificates::contain(const certificate& shown) const
{
    return key_ids.contains(shown.key_id) || (shown.serial != 0 && serials.contains(shown.serial));
}

bool revocation_list::revokes(const certificate& shown) const
{
    if (revokes(shown.key) || revokes(shown.authority)) return true;
    for (const std::string_view authority : {std::string_view(shown.authority.blob()), std::string_view()}) {
        const auto found = by_authority_.find(authority);
        if (found != by_authority_.end() && found->second.contain(shown)) return true;
    }
    return false;
}

}  // namespace gatehouse::bastion
