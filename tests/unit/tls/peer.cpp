#include "tests/unit/tls/peer.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace gatehouse::test {

using lb::tls_channel;
using status = tls_channel::status;

openssl_client::openssl_client(const std::string& server_name, const setup& change)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free)
{
    ERR_clear_error();
    if (change) change(context_.get());
    ssl_ = {SSL_new(context_.get()), SSL_free};
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    if (!ssl_ || !in_ || !out_) throw std::runtime_error("no test client");
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_connect_state(ssl_.get());
    if (!server_name.empty()) SSL_set_tlsext_host_name(ssl_.get(), server_name.c_str());
}

bool openssl_client::shake(tls_channel& server)
{
    bool refused = false;
    for (int turn = 0; turn < 10; ++turn) {
        ERR_clear_error();
        SSL_do_handshake(ssl_.get());
        const auto flight = take();
        if (flight.empty() && turn > 0) break;
        std::string answer;
        server.feed(flight);
        refused = server.handshake(answer).state == status::failed;
        server.keep_input();
        give(answer);
        if (refused) {
            SSL_do_handshake(ssl_.get());
            break;
        }
    }
    ERR_clear_error();
    return server.established() && SSL_is_init_finished(ssl_.get()) == 1;
}

void openssl_client::give(std::string_view ciphertext)
{
    if (!ciphertext.empty()) BIO_write(in_, ciphertext.data(), static_cast<int>(ciphertext.size()));
}

std::string openssl_client::take()
{
    std::string bytes(BIO_ctrl_pending(out_), '\0');
    if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

std::string openssl_client::read()
{
    std::string all;
    std::array<char, 4096> block{};
    std::size_t count = 0;
    while (SSL_read_ex(ssl_.get(), block.data(), block.size(), &count) == 1) all.append(block.data(), count);
    ERR_clear_error();
    return all;
}

void openssl_client::write(std::string_view plaintext)
{
    std::size_t written = 0;
    if (SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &written) != 1)
        throw std::runtime_error("test client cannot write");
}

std::shared_ptr<SSL_SESSION> openssl_client::session()
{
    read();
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN);  // or SSL_free() spoils the session
    return {SSL_get1_session(ssl_.get()), SSL_SESSION_free};
}

void openssl_client::resume(const std::shared_ptr<SSL_SESSION>& earlier)
{
    SSL_set_session(ssl_.get(), earlier.get());
}

std::string openssl_client::server_common_name() const
{
    const std::unique_ptr<X509, decltype(&X509_free)> leaf(SSL_get1_peer_certificate(ssl_.get()), X509_free);
    if (!leaf) return {};
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(leaf.get()), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
    return name.data();
}

int openssl_client::server_key_type() const
{
    const std::unique_ptr<X509, decltype(&X509_free)> leaf(SSL_get1_peer_certificate(ssl_.get()), X509_free);
    return leaf ? EVP_PKEY_get_id(X509_get0_pubkey(leaf.get())) : 0;
}

std::string openssl_client::protocol() const
{
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

conf::listener https_listener(const std::vector<minted>& certificates, conf::tls_policy policy)
{
    conf::listener made;
    made.name = "public";
    made.protocol = conf::listener_protocol::https;
    made.tls.emplace().policy = policy;
    for (const auto& each : certificates)
        made.tls->certificates.push_back({each.certificate_file, each.key_file});
    return made;
}

channel_pair::channel_pair(SSL_CTX* client_context, SSL_CTX* server_context, const std::string& server_name)
    : client(client_context, tls_channel::role::client, server_name),
      server(server_context, tls_channel::role::server)
{}

namespace {

tls_channel::result shake_with(tls_channel& side, std::string_view bytes, std::size_t fragment,
                               std::string& to_send)
{
    tls_channel::result last;
    do {
        side.feed(bytes.substr(0, fragment));
        bytes.remove_prefix(std::min(fragment, bytes.size()));
        last = side.handshake(to_send);
        side.keep_input();  // session tickets come after the client's handshake is done
    } while (!bytes.empty() && last.state != status::failed);
    return last;
}

}  // namespace

bool channel_pair::shake(std::size_t fragment)
{
    std::string to_server, to_client;
    for (int turn = 0; turn < 10; ++turn) {
        client_result = shake_with(client, to_client, fragment, to_server);
        to_client.clear();
        if (to_server.empty()) break;
        server_result = shake_with(server, to_server, fragment, to_client);
        to_server.clear();
    }
    return client.established() && server.established();
}

std::string read_all(tls_channel& from, std::string_view ciphertext, tls_channel::result& last,
                     std::size_t fragment, std::string* answer)
{
    std::string all, ignored;
    auto& to_send = answer ? *answer : ignored;
    std::array<char, 20000> block{};
    do {
        from.feed(ciphertext.substr(0, fragment));
        ciphertext.remove_prefix(std::min(fragment, ciphertext.size()));
        while ((last = from.read(block.data(), block.size(), to_send)).state == status::ok)
            all.append(block.data(), last.bytes);
    } while (!ciphertext.empty() && last.state == status::want_input);
    return all;
}

}  // namespace gatehouse::test
