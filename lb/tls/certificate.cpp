#include "lb/tls/certificate.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>
#include <string_view>

namespace gatehouse::lb {
namespace {

using names_ptr = openssl_ptr<GENERAL_NAMES, GENERAL_NAMES_free>;

bio_ptr open(const std::string& file)
{
    ERR_clear_error();
    bio_ptr input(BIO_new_file(file.c_str(), "r"));
    if (!input) throw std::runtime_error(file + ": " + take_openssl_error());
    return input;
}

// OpenSSL's own callback would ask on the terminal.
int refuse_pass_phrase(char*, int, int, void* asked) noexcept
{
    *static_cast<bool*>(asked) = true;
    return -1;
}

pkey_ptr read_key(const std::string& file)
{
    const auto input = open(file);
    bool encrypted = false;
    pkey_ptr key(PEM_read_bio_PrivateKey(input.get(), nullptr, refuse_pass_phrase, &encrypted));
    if (key) return key;
    const auto reason = take_openssl_error();
    throw std::runtime_error(file + (encrypted ? ": the private key is protected by a pass phrase"
                                               : ": no private key in PEM form (" + reason + ')'));
}

void read_chain(const std::string& file, certificate& into)
{
    const auto input = open(file);
    bool asked = false;
    into.leaf.reset(PEM_read_bio_X509_AUX(input.get(), nullptr, refuse_pass_phrase, &asked));
    if (!into.leaf)
        throw std::runtime_error(file + ": no certificate in PEM form (" + take_openssl_error() + ')');
    into.chain.reset(sk_X509_new_null());
    if (!into.chain) throw std::bad_alloc();
    while (x509_ptr next{PEM_read_bio_X509(input.get(), nullptr, refuse_pass_phrase, &asked)}) {
        if (sk_X509_push(into.chain.get(), next.get()) == 0) throw std::bad_alloc();
        (void)next.release();
    }
    const auto stopped = ERR_peek_last_error();
    const bool at_end = ERR_GET_LIB(stopped) == ERR_LIB_PEM && ERR_GET_REASON(stopped) == PEM_R_NO_START_LINE;
    const auto reason = take_openssl_error();
    if (!at_end) throw std::runtime_error(file + ": a broken certificate in the chain (" + reason + ')');
}

// Empty for a string with a NUL inside: such a name is a disguise, never a host.
std::string text_of(const ASN1_STRING* string)
{
    unsigned char* bytes = nullptr;
    const int size = ASN1_STRING_to_UTF8(&bytes, string);
    if (size < 0) {
        ERR_clear_error();
        return {};
    }
    std::string text(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return text.find('\0') == std::string::npos ? text : std::string();
}

std::string common_name(X509* leaf)
{
    const auto* subject = X509_get_subject_name(leaf);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    return at < 0 ? std::string() : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

std::string address_text(const ASN1_OCTET_STRING* address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
    if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return {};
    return inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size()) ? text.data() : "";
}

std::vector<std::string> alternative_names(X509* leaf)
{
    std::vector<std::string> found;
    const names_ptr names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const auto* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) found.push_back(text_of(name->d.dNSName));
        if (name->type == GEN_IPADD) found.push_back(address_text(name->d.iPAddress));
    }
    std::erase(found, std::string());
    return found;
}

void describe(certificate& made)
{
    made.names = alternative_names(made.leaf.get());
    made.subject = common_name(made.leaf.get());
    if (made.subject.empty() && !made.names.empty()) made.subject = made.names.front();
    if (made.names.empty() && !made.subject.empty()) made.names.push_back(made.subject);
    for (auto& name : made.names)
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
    std::ranges::sort(made.names);
    made.names.erase(std::unique(made.names.begin(), made.names.end()), made.names.end());

    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(made.leaf.get()), &end) == 1) made.not_after = timegm(&end);
}

}  // namespace

certificate read_certificate(const conf::certificate_pair& files)
{
    certificate made;
    read_chain(files.certificate, made);
    made.key = read_key(files.private_key);
    if (X509_check_private_key(made.leaf.get(), made.key.get()) != 1) {
        ERR_clear_error();
        throw std::runtime_error(files.private_key + ": not the key of the certificate in " +
                                 files.certificate);
    }
    describe(made);
    return made;
}

}  // namespace gatehouse::lb
