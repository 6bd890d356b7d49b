#include "bastion/identity/krl_reader.hpp"

#include "bastion/identity/quoted.hpp"

namespace gatehouse::bastion {
namespace {

using namespace std::string_view_literals;

constexpr auto magic = "SSHKRL\n\0"sv;
constexpr std::uint32_t format_version = 1;
constexpr std::size_t largest_bitmap = 16384 / 8 + 1;  // OpenSSH's limit for numbers, with a sign byte
constexpr std::size_t any_size = 0, sha1_size = 20, sha256_size = 32;

enum section : std::uint8_t {
    certificates = 1,
    explicit_keys = 2,
    sha1_fingerprints = 3,
    signature = 4,
    sha256_fingerprints = 5,
    extension = 255,
};
enum certificate_section : std::uint8_t {
    serial_list = 0x20,
    serial_range = 0x21,
    serial_bitmap = 0x22,
    key_ids = 0x23,
    certificate_extension = 0x39,
};

}  // namespace

bool is_krl(std::string_view file) noexcept
{
    return file.starts_with(magic.substr(0, 7));
}

boost::system::result<revocation_list, std::string> krl_reader::read()
{
    read_header();
    while (from_.more()) read_section();
    if (from_.failed() && error_.empty()) error_ = "the list is cut or damaged";
    if (!error_.empty()) return error_;
    for (auto& [authority, revoked] : made_.by_authority_) revoked.serials.sort();
    return std::move(made_);
}

void krl_reader::refuse(std::string why)
{
    if (error_.empty()) error_ = std::move(why);
    from_.fail();
}

void krl_reader::read_header()
{
    for (const char expected : magic)
        if (from_.u8() != static_cast<std::uint8_t>(expected)) return refuse("it does not begin as a KRL");
    if (from_.u32() != format_version) return refuse("a KRL of an unknown version");
    from_.u64();     // the list's own version
    from_.u64();     // when it was made
    from_.u64();     // flags, none of which is defined
    from_.string();  // reserved
    from_.string();  // a comment
}

void krl_reader::read_section()
{
    const auto kind = from_.u8();
    const auto body = from_.string();
    if (from_.failed()) return;
    switch (kind) {
    case section::certificates: return read_certificates(body);
    case section::explicit_keys: return read_blobs(made_.keys_, body, any_size);
    case section::sha1_fingerprints: return read_blobs(made_.sha1_, body, sha1_size);
    case section::sha256_fingerprints: return read_blobs(made_.sha256_, body, sha256_size);
    case section::extension: return read_extension(body);
    case section::signature: return refuse("a signed KRL: the signature cannot be checked here");
    default: return refuse("a KRL section of unknown type " + std::to_string(kind));
    }
}

void krl_reader::read_certificates(std::string_view section)
{
    ssh_reader from(section);
    const auto authority = from.string();
    from.string();  // reserved
    if (!authority.empty()) {
        // A key in another encoding than its own would silently match no certificate.
        const auto key = public_key::parse(authority);
        if (!key && key.error() != login_refusal::unknown_key_type && key.error() != login_refusal::dss_key)
            return refuse("the KRL names a CA by what is no public key");
    }
    auto& of = made_.by_authority_[std::string(authority)];
    while (from.more() && !from_.failed()) {
        const auto kind = from.u8();
        const auto body = from.string();
        if (!from.failed()) read_certificate_section(of, kind, body);
    }
    if (from.failed()) from_.fail();
}

void krl_reader::read_certificate_section(revocation_list::certificates& of, std::uint8_t kind,
                                          std::string_view section)
{
    switch (kind) {
    case certificate_section::serial_list: return read_serials(of, section);
    case certificate_section::serial_range: return read_range(of, section);
    case certificate_section::serial_bitmap: return read_bitmap(of, section);
    case certificate_section::certificate_extension: return read_extension(section);
    case certificate_section::key_ids: break;
    default: return refuse("a certificate section of unknown type " + std::to_string(kind) + " in the KRL");
    }
    ssh_reader from(section);
    while (from.more()) of.key_ids.emplace(from.text());
    if (from.failed()) from_.fail();
}

void krl_reader::read_serials(revocation_list::certificates& of, std::string_view section)
{
    ssh_reader from(section);
    while (from.more()) {
        const auto serial = from.u64();
        if (from.failed()) return from_.fail();
        if (!of.serials.add(serial, serial)) return refuse("the KRL revokes serial 0, which means \"none\"");
    }
}

void krl_reader::read_range(revocation_list::certificates& of, std::string_view section)
{
    ssh_reader from(section);
    const auto first = from.u64(), last = from.u64();
    if (!from.finished()) return from_.fail();
    if (!of.serials.add(first, last)) refuse("the KRL has a range of serials that is none");
}

void krl_reader::read_bitmap(revocation_list::certificates& of, std::string_view section)
{
    ssh_reader from(section);
    const auto first = from.u64();
    const auto bits = from.string();
    const bool negative = !bits.empty() && (bits.front() & 0x80) != 0;
    if (!from.finished() || negative || bits.size() > largest_bitmap) return from_.fail();
    if (!of.serials.add_bitmap(first, bits))
        refuse("the KRL has a bitmap of serials that begins at 0 or wraps around");
}

void krl_reader::read_blobs(revocation_list::texts& into, std::string_view section, std::size_t size)
{
    ssh_reader from(section);
    while (from.more()) {
        const auto blob = from.string();
        if (size != any_size && blob.size() != size) from.fail();
        if (!from.failed()) into.emplace(blob);
    }
    if (from.failed()) from_.fail();
}

void krl_reader::read_extension(std::string_view section)
{
    ssh_reader from(section);
    const auto name = from.text();
    const bool critical = from.u8() != 0;
    from.string();
    if (!from.finished()) return from_.fail();
    if (critical) refuse("the KRL has the critical extension " + quoted(name) + ", which is unknown");
}

}  // namespace gatehouse::bastion
