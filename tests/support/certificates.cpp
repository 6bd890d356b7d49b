#include "tests/support/certificates.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace gatehouse::test {
namespace {

void need(bool done, const char* what)
{
    if (!done) throw std::runtime_error(std::string("cannot make a test certificate: ") + what);
}

std::shared_ptr<EVP_PKEY> make_key(key_kind kind)
{
    auto* made = kind == key_kind::rsa_2048 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    need(made != nullptr, "key");
    return {made, EVP_PKEY_free};
}

bool is_address(const std::string& name)
{
    std::array<unsigned char, 16> ignored{};
    return inet_pton(AF_INET, name.c_str(), ignored.data()) == 1 ||
           inet_pton(AF_INET6, name.c_str(), ignored.data()) == 1;
}

void add_extension(X509* to, X509* issuer, int nid, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> made(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), X509_EXTENSION_free);
    need(made && X509_add_ext(to, made.get(), -1) == 1, value.c_str());
}

void add_extensions(X509* to, X509* issuer, const mint_order& order)
{
    add_extension(to, issuer, NID_basic_constraints,
                  order.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add_extension(to, issuer, NID_subject_key_identifier, "hash");
    std::string names;
    for (const auto& name : order.names)
        names += (names.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
    if (!names.empty()) add_extension(to, issuer, NID_subject_alt_name, names);
}

std::string pem_of(X509* certificate)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    need(out && PEM_write_bio_X509(out.get(), certificate) == 1, "PEM");
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(EVP_PKEY* key)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    need(out && PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "PEM");
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string content_of(const std::string& file)
{
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool self_signed(X509* certificate)
{
    return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
}

}  // namespace

temporary_directory::temporary_directory()
{
    auto name = (std::filesystem::temp_directory_path() / "gatehouse-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot make " + name);
    path_ = name;
}

temporary_directory::~temporary_directory()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string temporary_directory::write(std::string_view name, std::string_view content) const
{
    const auto file = (path_ / name).string();
    std::ofstream(file, std::ios::binary) << content;
    return file;
}

minted certificate_mint::make(const mint_order& order)
{
    minted made;
    made.key = make_key(order.key);
    made.certificate = {X509_new(), X509_free};
    auto* x509 = made.certificate.get();
    need(x509 && X509_set_version(x509, X509_VERSION_3) == 1, "version");
    ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), static_cast<long>(order.lifetime.count()) - 3600);
    X509_set_pubkey(x509, made.key.get());
    if (!order.common_name.empty())
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(order.common_name.c_str()), -1, -1,
                                   0);
    auto* issuer = order.issuer ? order.issuer->certificate.get() : x509;
    X509_set_issuer_name(x509, X509_get_subject_name(issuer));
    add_extensions(x509, issuer, order);
    need(X509_sign(x509, order.issuer ? order.issuer->key.get() : made.key.get(), EVP_sha256()) > 0,
         "signature");

    const auto stem = std::to_string(serial_);
    auto chain = pem_of(x509);
    if (order.issuer && !self_signed(issuer)) chain += content_of(order.issuer->certificate_file);
    made.certificate_file = files_.write(stem + ".crt", chain);
    made.key_file = files_.write(stem + ".key", pem_of(made.key.get()));
    return made;
}

}  // namespace gatehouse::test
