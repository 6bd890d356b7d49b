#include "discovery/aws/clean_text.hpp"

#include "conf/encoding.hpp"

namespace gatehouse::discovery::aws {

std::string clean_text(std::string text)
{
    if (!conf::first_bad_character(text)) return text;
    for (char& c : text)
        if (c < 0x20 || c > 0x7e) c = '?';
    return text;
}

std::string shortened(std::string text, std::size_t longest)
{
    if (text.size() <= longest) return text;
    while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xc0) == 0x80) --longest;
    text.resize(longest);
    return text + "...";
}

}  // namespace gatehouse::discovery::aws
