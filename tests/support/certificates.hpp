#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::test {

// A directory of its own under the system's temporary one, removed with everything in it.
class temporary_directory {
public:
    temporary_directory();
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory();

    const std::filesystem::path& path() const noexcept { return path_; }

    // Writes a file into it and returns its path.
    std::string write(std::string_view name, std::string_view content) const;

private:
    std::filesystem::path path_;
};

enum class key_kind { ecdsa_p256, rsa_2048 };

// A certificate and its key, in memory and as PEM files.
struct minted {
    std::string certificate_file;  // the leaf, then its issuers up to and without the self-signed one
    std::string key_file;
    std::shared_ptr<X509> certificate;
    std::shared_ptr<EVP_PKEY> key;
};

struct mint_order {
    std::string common_name;
    std::vector<std::string> names{};  // subjectAltName: IP literals become IP entries, the rest DNS
    key_kind key = key_kind::ecdsa_p256;
    bool authority = false;                                 // may sign others
    const minted* issuer = nullptr;                         // null: self-signed
    std::chrono::seconds lifetime = std::chrono::hours(24);  // from one hour ago
};

// Makes certificates for tests. The files live as long as the mint. Failures throw std::runtime_error.
class certificate_mint {
public:
    minted make(const mint_order& order);
    const temporary_directory& files() const noexcept { return files_; }

private:
    temporary_directory files_;
    int serial_ = 0;
};

}  // namespace gatehouse::test
