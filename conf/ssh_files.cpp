#include "conf/ssh_files.hpp"

#include "conf/encoding.hpp"
#include "conf/pem.hpp"
#include "conf/text_file.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace gatehouse::conf {
namespace {

using namespace std::string_literals;

constexpr std::size_t largest_keys = 1024 * 1024;
constexpr std::size_t largest_revocation_list = 16 * 1024 * 1024;

constexpr std::string_view armour_begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr std::string_view armour_end = "-----END OPENSSH PRIVATE KEY-----";

std::string quoted(const std::string& path)
{
    return '\'' + printable(path) + '\'';
}

std::string octal(mode_t mode)
{
    std::string digits = "0";
    for (int shift = 6; shift >= 0; shift -= 3) digits += static_cast<char>('0' + ((mode >> shift) & 7U));
    return digits;
}

std::optional<std::string> check_access(const std::string& path)
{
    struct stat about = {};
    if (::stat(path.c_str(), &about) != 0) return std::nullopt;  // reading it says why
    // A group may be let in on purpose, as with root:gatehouse-bastion 0640 or systemd's credentials.
    const mode_t too_much = about.st_uid == ::geteuid() ? 077 : 007;
    if ((about.st_mode & too_much) == 0) return std::nullopt;
    return quoted(path) + " is open to others, its mode is " + octal(about.st_mode) + "; a host key must be 0600";
}

// The content of an OpenSSH private key; empty when it is damaged.
std::string unwrapped(std::string_view text)
{
    const auto begin = text.find(armour_begin) + armour_begin.size();
    const auto end = text.find(armour_end, begin);
    if (end == std::string_view::npos) return {};
    std::string encoded(text.substr(begin, end - begin));
    std::erase_if(encoded, [](char c) { return c == '\n' || c == '\r'; });
    std::vector<unsigned char> decoded(encoded.size() / 4 * 3 + 3);
    const auto size = EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(encoded.data()),
                                      static_cast<int>(encoded.size()));
    return size > 0 ? std::string(decoded.begin(), decoded.begin() + size) : std::string();
}

// PROTOCOL.key: a magic, then the cipher's name as a string with its length before it.
std::optional<std::string> check_openssh_key(const std::string& path, std::string_view text)
{
    const auto content = unwrapped(text);
    if (!content.starts_with("openssh-key-v1\0\0\0\0"s)) return quoted(path) + " holds a damaged OpenSSH private key";
    if (!content.starts_with("openssh-key-v1\0\0\0\0\4none"s))
        return quoted(path) + " is protected by a passphrase, which cannot be asked for";
    return std::nullopt;
}

bool is_key_line(std::string_view line)
{
    const auto first = line.find_first_not_of(" \t\r");
    return first != std::string_view::npos && line[first] != '#';
}

bool has_key_line(std::string_view text)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (is_key_line(text.substr(0, end))) return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

std::optional<std::string> check_readable(const std::string& path, std::size_t most)
{
    const auto content = read_text_file(path, most);
    return content ? std::nullopt : std::optional(unreadable(path, content.error()));
}

}  // namespace

std::optional<std::string> check_host_key(const std::string& path)
{
    const auto text = read_text_file(path, largest_keys);
    if (!text) return unreadable(path, text.error());
    if (auto problem = check_access(path)) return problem;
    return text->find(armour_begin) == std::string::npos ? check_private_key(path) : check_openssh_key(path, *text);
}

std::optional<std::string> check_public_keys(const std::string& path)
{
    const auto text = read_text_file(path, largest_keys);
    if (!text) return unreadable(path, text.error());
    if (text->find("PRIVATE KEY-----") != std::string::npos)
        return quoted(path) + " holds a private key; its public key (.pub) is all that is needed here";
    if (!has_key_line(*text)) return quoted(path) + " holds no public key";
    return std::nullopt;
}

std::optional<std::string> check_authorized_keys(const std::string& path)
{
    return check_readable(path, largest_keys);
}

std::optional<std::string> check_revocation_list(const std::string& path)
{
    return check_readable(path, largest_revocation_list);
}

}  // namespace gatehouse::conf
