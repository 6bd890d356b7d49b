#include "tests/unit/health/throwaway_certificate.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <functional>
#include <memory>
#include <stdexcept>

namespace gatehouse::lb::stage {
namespace {

template <auto Free> struct freed {
    template <class T> void operator()(T* held) const { Free(held); }
};

void check(bool done)
{
    if (!done) throw std::runtime_error("cannot make a certificate");
}

std::string pem(const std::function<int(BIO*)>& write)
{
    const std::unique_ptr<BIO, freed<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
    check(write(memory.get()) == 1);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

void add_names(X509* certificate, const std::string& names)
{
    const std::unique_ptr<X509_EXTENSION, freed<X509_EXTENSION_free>> alternative(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()));
    check(alternative && X509_add_ext(certificate, alternative.get(), -1) == 1);
}

}  // namespace

throwaway_certificate::throwaway_certificate(const std::string& names)
{
    const std::unique_ptr<EVP_PKEY, freed<EVP_PKEY_free>> key(EVP_EC_gen("P-256"));
    const std::unique_ptr<X509, freed<X509_free>> made(X509_new());
    check(key && made);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_set_version(made.get(), X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    auto* subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("throw-away"), -1, -1, 0);
    X509_set_issuer_name(made.get(), subject);
    X509_set_pubkey(made.get(), key.get());
    add_names(made.get(), names);
    check(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
    certificate = pem([&](BIO* to) { return PEM_write_bio_X509(to, made.get()); });
    private_key = pem([&](BIO* to) {
        return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

boost::asio::ssl::context throwaway_certificate::server() const
{
    boost::asio::ssl::context context(boost::asio::ssl::context::tls_server);
    context.use_certificate_chain(boost::asio::buffer(certificate));
    context.use_private_key(boost::asio::buffer(private_key), boost::asio::ssl::context::pem);
    return context;
}

}  // namespace gatehouse::lb::stage
