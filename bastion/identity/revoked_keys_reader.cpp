#include "bastion/identity/revoked_keys_reader.hpp"

#include "bastion/identity/key_line.hpp"

namespace gatehouse::bastion {

boost::system::result<revocation_list, std::string> revoked_keys_reader::read(std::string_view file)
{
    for (std::size_t number = 1; !file.empty(); ++number)
        if (!read_line(trimmed(take_line(file))))
            return "line " + std::to_string(number) + " is no public key";
    return std::move(made_);
}

bool revoked_keys_reader::read_line(std::string_view line)
{
    if (line.empty() || line.front() == '#') return true;
    const auto read = read_key_line(line);
    if (!read) return false;
    if (parse_certificate_type(read->type)) {
        const auto shown = certificate::parse(read->blob);
        if (shown) made_.keys_.insert(shown->key.blob());
        return shown.has_value();
    }
    if (parse_key_type(read->type) && !public_key::parse(read->blob)) return false;
    made_.keys_.insert(read->blob);
    return true;
}

}  // namespace gatehouse::bastion
