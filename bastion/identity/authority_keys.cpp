#include "bastion/identity/authority_keys.hpp"

#include "bastion/identity/key_line.hpp"

namespace gatehouse::bastion {

authority_keys parse_authority_keys(std::string_view text, const key_rules& rules)
{
    authority_keys read;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto line = trimmed(take_line(text));
        if (line.empty() || line.front() == '#') continue;
        if (!read_key_line(line)) {
            read.refused.push_back({number, "no public key"});
            continue;
        }
        auto parsed = parse_authorized_key("cert-authority " + std::string(line), number, rules);
        if (parsed)
            read.keys.push_back(std::move(parsed->key));
        else
            read.refused.push_back({number, parsed.error()});
    }
    return read;
}

}  // namespace gatehouse::bastion
