#include "conf/pem.hpp"

#include "conf/encoding.hpp"
#include "conf/text_file.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <vector>

namespace gatehouse::conf {
namespace {

constexpr std::size_t largest_pem = 1024 * 1024;

template <auto Free> struct freed_by {
    template <class T> void operator()(T* handle) const { Free(handle); }
};
using bio = std::unique_ptr<BIO, freed_by<BIO_free>>;
using x509 = std::unique_ptr<X509, freed_by<X509_free>>;
using pkey = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

// OpenSSL leaves its errors in a queue of the thread, where the next caller would take them for his own.
struct clean_errors {
    clean_errors() { ERR_clear_error(); }
    clean_errors(const clean_errors&) = delete;
    clean_errors& operator=(const clean_errors&) = delete;
    ~clean_errors() { ERR_clear_error(); }
};

bio over(const std::string& text)
{
    return bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without this OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void* asked)
{
    *static_cast<bool*>(asked) = true;
    return -1;
}

struct certificates {
    std::vector<x509> found;
    bool damaged = false;
};

certificates read_certificates(const std::string& text)
{
    const clean_errors guard;
    const auto input = over(text);
    certificates read;
    bool asked = false;
    while (x509 one{PEM_read_bio_X509(input.get(), nullptr, no_passphrase, &asked)})
        read.found.push_back(std::move(one));
    read.damaged = ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
    return read;
}

struct private_key {
    pkey found;
    bool encrypted = false;
};

private_key read_private_key(const std::string& text)
{
    const clean_errors guard;
    const auto input = over(text);
    private_key read;
    read.found.reset(PEM_read_bio_PrivateKey(input.get(), nullptr, no_passphrase, &read.encrypted));
    return read;
}

}  // namespace

std::optional<std::string> check_certificates(const std::string& path)
{
    const auto text = read_text_file(path, largest_pem);
    if (!text) return unreadable(path, text.error());
    const auto read = read_certificates(*text);
    if (read.damaged) return '\'' + printable(path) + "' holds a damaged certificate";
    if (read.found.empty()) return '\'' + printable(path) + "' holds no PEM certificate";
    return std::nullopt;
}

std::optional<std::string> check_private_key(const std::string& path)
{
    const auto text = read_text_file(path, largest_pem);
    if (!text) return unreadable(path, text.error());
    const auto read = read_private_key(*text);
    if (read.encrypted)
        return '\'' + printable(path) + "' is protected by a passphrase, which cannot be asked for";
    if (!read.found) return '\'' + printable(path) + "' holds no PEM private key";
    return std::nullopt;
}

bool belong_together(const std::string& certificate, const std::string& private_key)
{
    const auto certificate_text = read_text_file(certificate, largest_pem);
    const auto key_text = read_text_file(private_key, largest_pem);
    if (!certificate_text || !key_text) return false;
    const auto leaf = read_certificates(*certificate_text);
    const auto key = read_private_key(*key_text);
    const clean_errors guard;
    return !leaf.found.empty() && key.found &&
           X509_check_private_key(leaf.found.front().get(), key.found.get()) == 1;
}

}  // namespace gatehouse::conf
