#include "lb/tls/server_context.hpp"

#include "lb/tls/certificate.hpp"
#include "lb/tls/name_table.hpp"
#include "lb/tls/openssl.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace gatehouse::lb {
namespace {

constexpr std::string_view alpn_http11 = "\x08http/1.1";

// AES-128 first: faster than AES-256 and no weaker in practice. A client that puts ChaCha20 first has no AES
// instructions and gets ChaCha20 (SSL_OP_PRIORITIZE_CHACHA).
constexpr const char* tls13_ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* tls12_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* key_exchanges = "X25519:P-256:P-384";

// The SNI table. Owned by the first context, because each SSL holds that one for life (as its session
// context): a handshake that is under way may then outlive the server_context it began with.
struct sni {
    std::vector<ssl_ctx_ptr> others;  // every context but the first, which owns this
    name_table names;
};

void free_sni(void*, void* owned, CRYPTO_EX_DATA*, int, long, void*)
{
    delete static_cast<sni*>(owned);
}

int sni_slot()
{
    static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_sni);
    return slot;
}

int choose_context(SSL* ssl, int*, void* argument) noexcept
{
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (!name) return SSL_TLSEXT_ERR_NOACK;
    auto* context = static_cast<const sni*>(argument)->names.find(name);
    if (!context) return SSL_TLSEXT_ERR_NOACK;  // the first certificate: what a client without SNI gets
    return SSL_set_SSL_CTX(ssl, context) ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Goes on without ALPN when http/1.1 is not offered: RFC 7301 would have us refuse, but such clients do speak
// it.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) noexcept
{
    std::string_view rest(reinterpret_cast<const char*>(offered), offered_size);
    while (!rest.empty()) {
        const auto size = static_cast<std::size_t>(static_cast<unsigned char>(rest.front())) + 1;
        if (rest.substr(0, size) == alpn_http11) {
            *chosen = reinterpret_cast<const unsigned char*>(rest.data()) + 1;
            *chosen_size = static_cast<unsigned char>(size - 1);
            return SSL_TLSEXT_ERR_OK;
        }
        rest.remove_prefix(std::min(size, rest.size()));
    }
    return SSL_TLSEXT_ERR_NOACK;
}

ssl_ctx_ptr make_server(const conf::listener& settings, ticket_keys& keys)
{
    auto context = make_context(TLS_server_method());
    auto* raw = context.get();
    const bool modern = settings.tls->policy == conf::tls_policy::modern;
    SSL_CTX_set_options(raw, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    // A session may be resumed under the listener it began with, by any of its names.
    const auto id_size = std::min<std::size_t>(settings.name.size(), SSL_MAX_SID_CTX_LENGTH);
    if (SSL_CTX_set_min_proto_version(raw, modern ? TLS1_3_VERSION : TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_ciphersuites(raw, tls13_ciphers) != 1 ||
        SSL_CTX_set_cipher_list(raw, tls12_ciphers) != 1 ||
        SSL_CTX_set1_groups_list(raw, key_exchanges) != 1 || SSL_CTX_set_num_tickets(raw, 1) != 1 ||
        SSL_CTX_set_session_id_context(raw, reinterpret_cast<const unsigned char*>(settings.name.data()),
                                       static_cast<unsigned>(id_size)) != 1)
        throw std::runtime_error("cannot set up TLS for listener " + settings.name + ": " +
                                 take_openssl_error());
    SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
    keys.attach(raw);
    return context;
}

// One context and what is in it while the groups are being built.
struct group {
    ssl_ctx_ptr context;
    std::vector<std::string> names;
    std::vector<int> key_types;  // EVP_PKEY ids: OpenSSL keeps one certificate of each

    bool takes(const certificate& next) const
    {
        return names == next.names && std::ranges::count(key_types, EVP_PKEY_get_id(next.key.get())) == 0;
    }
};

void install(const certificate& pair, const std::string& file, group& into)
{
    if (SSL_CTX_use_cert_and_key(into.context.get(), pair.leaf.get(), pair.key.get(), pair.chain.get(), 0) !=
        1)
        throw std::runtime_error(file + ": " + take_openssl_error());
    into.key_types.push_back(EVP_PKEY_get_id(pair.key.get()));
}

std::vector<std::shared_ptr<const certificate>> read_all(const conf::listener& settings)
{
    std::vector<std::shared_ptr<const certificate>> all;
    if (!settings.tls) return all;
    for (const auto& files : settings.tls->certificates)
        all.push_back(std::make_shared<const certificate>(read_certificate(files)));
    return all;
}

}  // namespace

struct server_context::state {
    ssl_ctx_ptr first;
    std::vector<certificate_info> certificates;
};

server_context::server_context(const conf::listener& settings, ticket_keys& keys)
    : server_context(settings, read_all(settings), keys)
{}

server_context::server_context(const conf::listener& settings,
                               const std::vector<std::shared_ptr<const certificate>>& certificates, ticket_keys& keys)
    : state_(std::make_unique<state>())
{
    if (certificates.empty()) throw std::runtime_error("listener " + settings.name + " has no certificate");
    std::vector<group> groups;
    for (std::size_t i = 0; i < certificates.size(); ++i) {
        const auto& pair = *certificates[i];
        const auto& file = settings.tls->certificates[i].certificate;
        auto home = std::ranges::find_if(groups, [&](const group& g) { return g.takes(pair); });
        if (home == groups.end())
            home = groups.insert(groups.end(), group{make_server(settings, keys), pair.names, {}});
        install(pair, file, *home);
        state_->certificates.push_back({settings.name, file, pair.subject, pair.not_after});
    }

    auto table = std::make_unique<sni>();
    for (auto& made : groups) {
        for (const auto& name : made.names) table->names.add(name, made.context.get());
        auto& owner = state_->first ? table->others.emplace_back() : state_->first;
        owner = std::move(made.context);
    }
    auto* first = state_->first.get();
    SSL_CTX_set_tlsext_servername_callback(first, choose_context);
    SSL_CTX_set_tlsext_servername_arg(first, table.get());
    if (SSL_CTX_set_ex_data(first, sni_slot(), table.get()) != 1) throw std::bad_alloc();
    (void)table.release();
}

server_context::~server_context() = default;

SSL_CTX* server_context::first() const noexcept
{
    return state_->first.get();
}

const std::vector<certificate_info>& server_context::certificates() const noexcept
{
    return state_->certificates;
}

}  // namespace gatehouse::lb
