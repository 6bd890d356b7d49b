#include "bastion/identity/certificate_judge.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

using namespace gatehouse::bastion;

namespace {

void require(bool holds)
{
    if (!holds) std::abort();
}

void check_key(std::string_view blob)
{
    const auto key = public_key::parse(blob);
    if (!key) return;
    require(key->blob() == blob && key->bits() > 0);
    require(key->sha256_fingerprint().size() == 50);
    require(public_key::parse(key->blob()).has_value());
}

void check_certificate(std::string_view blob)
{
    const auto read = certificate::parse(blob);
    if (!read) return;
    require(blob.starts_with(read->signed_bytes) && public_key::parse(read->key.blob()).has_value());
    // Its own CA is trusted, so that the signature is looked at; nobody can make one here.
    const std::vector<public_key> authorities{read->authority};
    auto principals = read->principals;
    const certificate_question asked{.principals = std::move(principals),
                                     .client = boost::asio::ip::make_address("192.0.2.1"),
                                     .now = std::chrono::sys_seconds(std::chrono::seconds(1767225600)),
                                     .authorities = authorities,
                                     .revoked = nullptr,
                                     .rules = {}};
    const auto judged = judge_certificate(*read, asked);
    if (const auto* const good = std::get_if<certified>(&judged)) {
        require(!read->principals.empty() && read->kind == 1 && !is_security_key(read->key.type()));
        require(good->key() == read->key);
    } else {
        require(!to_string(std::get<login_refusal>(judged)).empty());
    }
}

}  // namespace

// Whatever a client shows is a key, a certificate or neither; what is judged good has all that it takes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view blob(reinterpret_cast<const char*>(data), size);
    check_key(blob);
    check_certificate(blob);
    return 0;
}
