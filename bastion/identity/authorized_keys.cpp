#include "bastion/identity/authorized_keys.hpp"

#include "bastion/identity/key_line.hpp"
#include "bastion/identity/option_reader.hpp"
#include "bastion/identity/quoted.hpp"

namespace gatehouse::bastion {
namespace {

constexpr std::size_t longest_line = 8192;  // as sshd(8) has it

std::string explain(login_refusal why, const key_line& line, const key_rules& rules)
{
    const auto type = quoted(line.type);
    switch (why) {
    case login_refusal::certificate_for_key:
        return "a certificate is not listed itself: the key of its CA is";
    case login_refusal::unknown_key_type: return "keys of type " + type + " are not known here";
    case login_refusal::dss_key: return "keys of type " + type + " are too weak";
    case login_refusal::short_rsa_key:
        return "the RSA key has fewer than " + std::to_string(rules.least_rsa_bits) + " bits";
    case login_refusal::security_key:
        return "keys of type " + type + " are not switched on, and sign no certificates";
    case login_refusal::key_not_fips: return "keys of type " + type + " are not allowed by FIPS 140-3";
    default: return "the key is damaged";
    }
}

boost::system::result<authorized_key, std::string> accept(const key_line& line, key_options options,
                                                          std::size_t number, const key_rules& rules)
{
    auto key = public_key::parse(line.blob);
    if (!key) return explain(key.error(), line, rules);
    const auto refused = options.authority ? check_authority_key(*key, rules) : check_user_key(*key, rules);
    if (refused) return explain(*refused, line, rules);
    // sshd asks for the flag in each signature, and libssh does not show it.
    if (options.verify_required && is_security_key(key->type()))
        return std::string("verify-required cannot be enforced here");
    return authorized_key{std::move(*key), std::move(options), line.comment, number};
}

}  // namespace

boost::system::result<authorized_key, std::string>
parse_authorized_key(std::string_view line, std::size_t number, const key_rules& rules)
{
    if (line.size() > longest_line)
        return "the line is longer than " + std::to_string(longest_line) + " bytes";
    line = trimmed(line);
    if (const auto bare = read_key_line(line)) return accept(*bare, {}, number, rules);
    const auto size = options_size(line);
    if (!size) return std::string("a quote is not closed");
    const auto read = read_key_line(trimmed(line.substr(*size)));
    if (!read) return std::string("no public key");
    auto options = parse_key_options(line.substr(0, *size));
    if (!options) return options.error();
    return accept(*read, std::move(*options), number, rules);
}

authorized_keys parse_authorized_keys(std::string_view text, const key_rules& rules)
{
    authorized_keys read;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto line = trimmed(take_line(text));
        if (line.empty() || line.front() == '#') continue;
        auto parsed = parse_authorized_key(line, number, rules);
        if (parsed)
            read.keys.push_back(std::move(*parsed));
        else
            read.refused.push_back({number, parsed.error()});
    }
    return read;
}

}  // namespace gatehouse::bastion
