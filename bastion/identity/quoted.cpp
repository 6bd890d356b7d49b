#include "bastion/identity/quoted.hpp"

namespace gatehouse::bastion {

std::string quoted(std::string_view text)
{
    constexpr std::size_t longest = 80;
    constexpr std::string_view hex = "0123456789abcdef";
    std::string made = "'";
    for (const char c : text.substr(0, longest)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f)
            made += c;
        else
            ((made += "\\x") += hex[byte >> 4]) += hex[byte & 15U];
    }
    return made += text.size() > longest ? "...'" : "'";
}

}  // namespace gatehouse::bastion
