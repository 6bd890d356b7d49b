#include "bastion/ssh/transport.hpp"

#include "bastion/ssh/algorithms.hpp"
#include "bastion/ssh/client_socket.hpp"
#include "bastion/ssh/login_guard.hpp"
#include "bastion/ssh/server.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#define SSH_SUPPRESS_DEPRECATED  // the message queue's accessors; callbacks cannot answer later
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <list>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

namespace gatehouse::bastion {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t window = 2 * 1024 * 1024;  // as sshd's; 80 ms of round trip and 20 MiB/s
constexpr std::uint32_t window_slack = 64 * 1024;  // libssh does not enforce the window
constexpr std::uint32_t largest_packet = 256 * 1024;
constexpr std::size_t most_per_write = 128 * 1024;
constexpr std::uint32_t least_peer_packet = 1024;
constexpr int rounds_per_turn = 64;               // of 4 KiB each, then other sessions have their turn
constexpr std::uint64_t most_unread_replies = 10'000;
constexpr unsigned least_host_rsa_bits = 2048;

template <auto Free> struct deleter {
    template <class T> void operator()(T* what) const { Free(what); }
};
using message_ptr = std::unique_ptr<ssh_message_struct, deleter<&ssh_message_free>>;
using session_ptr = std::unique_ptr<ssh_session_struct, deleter<&ssh_free>>;
using event_ptr = std::unique_ptr<ssh_event_struct, deleter<&ssh_event_free>>;
using key_ptr = std::unique_ptr<ssh_key_struct, deleter<&ssh_key_free>>;
using bind_ptr = std::unique_ptr<ssh_bind_struct, deleter<&ssh_bind_free>>;

std::string text_of(const char* from) { return from ? from : ""; }

// The public key or certificate as it goes over the wire; empty when libssh cannot say.
std::string blob_of(ssh_key key)
{
    char* encoded = nullptr;
    if (!key || ssh_pki_export_pubkey_base64(key, &encoded) != SSH_OK) return {};
    const std::unique_ptr<char, deleter<&ssh_string_free_char>> owned(encoded);
    const std::string_view text(encoded);
    std::string decoded(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                                     reinterpret_cast<const unsigned char*>(encoded), static_cast<int>(text.size()));
    if (size < 0) return {};
    // EVP_DecodeBlock counts the padding as data.
    const auto padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
    decoded.resize(static_cast<std::size_t>(size) - padding);
    return decoded;
}

// The front of libssh 0.10's own struct: there is no other way to the packet size that the client announced, and
// ssh_channel_write() never returns for one of 10 (and takes 1 to 9 for no limit).
struct channel_front {
    ssh_session session;
    std::uint32_t local_channel, local_window;
    int local_eof;
    std::uint32_t local_max_packet;
    std::uint32_t remote_channel, remote_window;
    int remote_eof;
    std::uint32_t remote_max_packet;
};

// Of a channel that was accepted just now: every neighbour has a known value, or this is no libssh that we know.
std::optional<std::uint32_t> peer_packet_size(ssh_channel which, ssh_session session)
{
    const auto& front = *reinterpret_cast<const channel_front*>(which);
    const bool known = front.session == session && front.local_window == 32'000 && front.local_eof == 0 &&
                       front.local_max_packet == 35'000 && front.remote_eof == 0 &&
                       front.remote_window == ssh_channel_window_size(which);
    return known ? std::optional(front.remote_max_packet) : std::nullopt;
}

}  // namespace

void require_libssh()
{
    ssh_init();
    if (!ssh_version(SSH_VERSION_INT(0, 10, 6)))
        throw std::runtime_error("libssh " + text_of(ssh_version(0)) + " is too old: 0.10.6 is needed");
    // Its channels look different inside, and peer_packet_size() would refuse each of them.
    if (ssh_version(SSH_VERSION_INT(0, 11, 0)))
        throw std::runtime_error("libssh " + text_of(ssh_version(0)) + " is too new: 0.10 is needed, from 0.10.6 on");
}

struct server::parts {
    server_settings settings;
    bind_ptr bind;
    // What a read of any channel of the worker goes through. Pages are touched as reads need them.
    std::unique_ptr<char[]> scratch =
        std::make_unique_for_overwrite<char[]>(window + window_slack + largest_packet);

    void set(ssh_bind_options_e option, const void* value, const char* what) const
    {
        if (ssh_bind_options_set(bind.get(), option, value) != SSH_OK)
            throw std::runtime_error(std::string("libssh refuses ") + what + ": " + ssh_get_error(bind.get()));
    }
    void add_host_key(const std::string& path);

    std::map<std::string_view, std::string> host_key_files;  // by the kind of the key
};

namespace {

// What libssh has one place for: a second key of the kind would replace the first. Empty: it has none.
std::string_view kind_of_host_key(ssh_key key)
{
    switch (ssh_key_type(key)) {
    case SSH_KEYTYPE_ED25519: return "Ed25519";
    case SSH_KEYTYPE_RSA: return "RSA";
    case SSH_KEYTYPE_ECDSA_P256:
    case SSH_KEYTYPE_ECDSA_P384:
    case SSH_KEYTYPE_ECDSA_P521: return "ECDSA";
    default: return {};
    }
}

}  // namespace

void server::parts::add_host_key(const std::string& path)
{
    const auto refuse = [&](const std::string& why) { throw std::runtime_error("host key " + path + ": " + why); };
    ssh_key raw = nullptr;
    const int read = ssh_pki_import_privkey_file(path.c_str(), nullptr, nullptr, nullptr, &raw);
    key_ptr key(raw);
    if (read == SSH_EOF) refuse("cannot be read");
    if (read != SSH_OK) refuse("is no private key, or has a passphrase");
    const auto kind = kind_of_host_key(key.get());
    if (kind.empty()) refuse("is of type " + text_of(ssh_key_type_to_char(ssh_key_type(key.get()))) +
                             ", but Ed25519, ECDSA or RSA is needed");
    if (kind == "Ed25519" && settings.user_keys.fips) refuse("is an Ed25519 key, which FIPS does not know");
    if (blob_of(key.get()).empty())
        refuse("is not in OpenSSH's format, and libssh cannot read all of it from PEM");  // each exchange would fail
    const auto [other, first] = host_key_files.try_emplace(kind, path);
    if (!first) refuse("is an " + std::string(kind) + " key as " + other->second + " is: one of each kind is used");
    if (ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_IMPORT_KEY, key.get()) != SSH_OK)
        refuse(text_of(ssh_get_error(bind.get())));
    key.release();  // the bind's now
}

server::server(const server_settings& settings) : parts_(std::make_unique<parts>())
{
    parts_->settings = settings;
    parts_->bind.reset(ssh_bind_new());
    if (!parts_->bind) throw std::bad_alloc();
    const auto& use =
        offered(settings.user_keys.fips ? algorithm_profile::fips : algorithm_profile::standard);
    const bool no = false;
    // First: any other option would read /etc/ssh/libssh_server_config.
    parts_->set(SSH_BIND_OPTIONS_PROCESS_CONFIG, &no, "to leave its own configuration file");
    parts_->set(SSH_BIND_OPTIONS_BANNER, "Gatehouse", "the version string");
    parts_->set(SSH_BIND_OPTIONS_KEY_EXCHANGE, use.key_exchange, "the key exchange methods");
    parts_->set(SSH_BIND_OPTIONS_CIPHERS_C_S, use.ciphers, "the ciphers");
    parts_->set(SSH_BIND_OPTIONS_CIPHERS_S_C, use.ciphers, "the ciphers");
    parts_->set(SSH_BIND_OPTIONS_HMAC_C_S, use.macs, "the MACs");
    parts_->set(SSH_BIND_OPTIONS_HMAC_S_C, use.macs, "the MACs");
    parts_->set(SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, use.host_keys, "the host key algorithms");
    parts_->set(SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, use.user_signatures, "the signature algorithms");
    // Of users' keys and of the host's. The rules of the users' are ours, so libssh's need not be as strict.
    const int rsa = static_cast<int>(std::min(least_host_rsa_bits, settings.user_keys.least_rsa_bits));
    parts_->set(SSH_BIND_OPTIONS_RSA_MIN_SIZE, &rsa, "the least RSA size");
    if (settings.host_keys.empty()) throw std::runtime_error("no host key");
    for (const auto& path : settings.host_keys) parts_->add_host_key(path);
}

server::~server() = default;

namespace {

class session_channel;
class waiting_request;
class libssh_transport;

// One of libssh's channels. It stays here after we closed it until the client has closed it, too: freed earlier,
// libssh would go on to store what a client sends into it, without end.
struct channel_state {
    libssh_transport* session = nullptr;
    ssh_channel handle = nullptr;
    ssh_channel_callbacks_struct callbacks{};
    session_channel* face = nullptr;           // whoever serves it holds this; null when it was closed
    std::unique_ptr<session_channel> waiting;  // of a session channel, for its command
    bool terminal = false;
    std::uint32_t unread = 0;
    std::uint32_t read_since_grown = window;  // the first read opens the whole window
    std::uint64_t bytes_in = 0, bytes_out = 0;
    bool marked = false;      // something came for it
    bool wants_room = false;  // a write could not go on
    bool ended = false, closed_by_peer = false;
};

struct pending_open {
    message_ptr message;
    waiting_request* face = nullptr;
};

class libssh_transport final : public transport, public std::enable_shared_from_this<libssh_transport> {
    // Shared with its waits and with nothing else for longer than a call.
public:
    libssh_transport(asio::io_context& loop, std::shared_ptr<server> by, session_handler& handler) :
        loop_(loop), by_(std::move(by)), handler_(handler), wait_(loop), grace_(loop),
        login_(by_->inside().settings.max_auth_tries)
    {
    }
    ~libssh_transport() override { dismantle(); }

    bool open(int descriptor);

    void send_banner(std::string_view text) override;
    void end(end_reason why) override;
    struct negotiated negotiated() const override;

    // For session_channel and waiting_request.
    std::string_view read(channel_state& from);
    std::size_t room(channel_state& of);
    std::size_t write(channel_state& to, std::string_view what);
    void send_end(channel_state& of);
    void send_exit_status(channel_state& of, int status);
    void close(channel_state& which);
    void notice(channel_state& which);
    std::unique_ptr<channel> accept(pending_open& which);
    void refuse(pending_open& which);

private:
    bool configure(int descriptor);
    void pump();
    bool turn();
    bool peer_left();
    bool take_messages();
    void check_login();
    void handle(message_ptr message);
    void authenticate(message_ptr message);
    bool accepts(ssh_message offer, bool is_signed);
    void reply_failure();
    void open_channel(message_ptr message);
    void channel_request(ssh_message message);
    void global_request(ssh_message message);
    void refuse(ssh_message message, refusal what);
    channel_state* adopt(ssh_channel handle);
    void serve_channels();
    void reap();
    void after_io();
    void arm();
    void pump_soon();
    void finish();
    void dismantle();
    bool unsent() const { return (ssh_get_status(session_.get()) & SSH_WRITE_PENDING) != 0; }

    static int on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int is_stderr, void* of);
    static void on_eof(ssh_session, ssh_channel, void* of);
    static void on_close(ssh_session, ssh_channel, void* of);

    asio::io_context& loop_;
    std::shared_ptr<server> by_;
    session_handler& handler_;
    asio::posix::stream_descriptor wait_;  // a duplicate: libssh closes its own when it likes
    asio::steady_timer grace_;
    session_ptr session_;
    event_ptr event_;
    ssh_counter_struct socket_bytes_{}, packets_{};
    std::list<channel_state> channels_;
    std::list<pending_open> pending_;

    std::uint64_t packets_seen_ = 0, data_packets_ = 0;  // of packets_.in_packets: looked for messages; of them data
    std::uint64_t replies_at_empty_ = 0;  // packets_.out_packets when the client had read all, last
    message_ptr last_offer_;              // answers the signatures that libssh is silent about
    login_guard login_;
    unsigned requests_ = 0;  // of TCP channels
    bool logged_in_ = false;  // libssh's own word on this was wrong once (CVE-2018-10933)
    bool reading_ = false, writing_ = false, in_pump_ = false, pump_posted_ = false;
    bool dead_ = false;
    std::optional<end_reason> ending_;
};

// What whoever serves a channel holds.
class session_channel final : public channel {
public:
    explicit session_channel(channel_state& of) : state_(&of) { of.face = this; }
    ~session_channel() override
    {
        if (state_) state_->session->close(*state_);
    }

    void watch(user* who) override
    {
        user_ = who;
        if (state_ && who) state_->session->notice(*state_);
    }
    std::string_view read() override { return state_ ? state_->session->read(*state_) : std::string_view(); }
    bool at_end() const override { return !state_ || (state_->ended && state_->unread == 0); }
    bool closed_by_peer() const override { return !state_ || state_->closed_by_peer; }
    std::size_t room() override { return state_ ? state_->session->room(*state_) : 0; }
    std::size_t write(std::string_view what) override { return state_ ? state_->session->write(*state_, what) : 0; }
    void send_end() override
    {
        if (state_) state_->session->send_end(*state_);
    }
    void send_exit_status(int status) override
    {
        if (state_) state_->session->send_exit_status(*state_, status);
    }
    std::uint64_t bytes_in() const override { return state_ ? state_->bytes_in : in_; }
    std::uint64_t bytes_out() const override { return state_ ? state_->bytes_out : out_; }

    void tell() const
    {
        if (user_) user_->on_channel_event();
    }
    // The session ends.
    void leave()
    {
        in_ = state_->bytes_in;
        out_ = state_->bytes_out;
        state_ = nullptr;
        if (user_) user_->on_channel_gone();
    }

private:
    channel_state* state_;  // null when the session is gone
    user* user_ = nullptr;
    std::uint64_t in_ = 0, out_ = 0;
};

class waiting_request final : public open_request {
public:
    waiting_request(libssh_transport& session, pending_open& what) : session_(&session), what_(&what)
    {
        what.face = this;
    }
    ~waiting_request() override { refuse(open_failure::prohibited); }

    std::unique_ptr<channel> accept() override
    {
        auto* session = std::exchange(session_, nullptr);
        return session ? session->accept(*what_) : nullptr;
    }
    void refuse(open_failure) override  // libssh knows one reason only
    {
        if (auto* session = std::exchange(session_, nullptr)) session->refuse(*what_);
    }
    void leave() { session_ = nullptr; }

private:
    libssh_transport* session_;  // null when answered, or when the session is gone
    pending_open* what_;
};

// Opening and ending

bool libssh_transport::open(int descriptor)
{
    prepare_client_socket(descriptor);
    const int watched = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    boost::system::error_code failed;
    if (watched >= 0) wait_.assign(watched, failed);
    if (watched < 0 || failed) {
        if (watched >= 0) ::close(watched);
        ::close(descriptor);
        return false;
    }
    if (!configure(descriptor)) return false;
    grace_.expires_after(by_->inside().settings.login_grace);
    grace_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
        if (!cancelled && !self->logged_in_) self->end(end_reason::login_timeout);
    });
    arm();
    return true;
}

bool libssh_transport::configure(int descriptor)
{
    auto& settings = by_->inside().settings;
    session_.reset(ssh_new());
    auto* const session = session_.get();
    // "compression: no" would still offer zlib.
    if (!session || ssh_options_set(session, SSH_OPTIONS_COMPRESSION_C_S, "none") != SSH_OK ||
        ssh_options_set(session, SSH_OPTIONS_COMPRESSION_S_C, "none") != SSH_OK) {
        ::close(descriptor);
        return false;
    }
    if (ssh_bind_accept_fd(by_->inside().bind.get(), session, descriptor) != SSH_OK) {
        if (ssh_get_fd(session) != descriptor) ::close(descriptor);
        return false;
    }
    const std::uint64_t bytes = settings.rekey_bytes;
    const auto seconds = static_cast<std::uint32_t>(settings.rekey_after.count());
    ssh_options_set(session, SSH_OPTIONS_REKEY_DATA, &bytes);
    ssh_options_set(session, SSH_OPTIONS_REKEY_TIME, &seconds);
    ssh_set_counters(session, &socket_bytes_, &packets_);
    ssh_set_blocking(session, 0);
    // Sends our version and makes what the event below needs; the exchange goes on by itself as packets come.
    if (ssh_handle_key_exchange(session) == SSH_ERROR) {
        end(peer_left() ? end_reason::peer_left : end_reason::protocol_error);  // its first bytes were here already
        return true;
    }
    event_.reset(ssh_event_new());
    return event_ && ssh_event_add_session(event_.get(), session) == SSH_OK;
}

void libssh_transport::end(end_reason why)
{
    if (ending_ || dead_) return;
    ending_ = why;
    if (!in_pump_) pump_soon();
}

void libssh_transport::finish()
{
    const auto self = shared_from_this();
    const auto why = *ending_;
    if (why == end_reason::too_many_tries)
        ssh_session_set_disconnect_message(session_.get(), "Too many authentication failures");
    dismantle();
    handler_.on_end(why);
}

void libssh_transport::dismantle()
{
    if (std::exchange(dead_, true)) return;
    grace_.cancel();
    boost::system::error_code ignored;
    wait_.close(ignored);
    for (auto& one : pending_)
        if (one.face) one.face->leave();
    pending_.clear();
    last_offer_.reset();
    for (auto& one : channels_) {
        if (one.face) std::exchange(one.face, nullptr)->leave();
        one.waiting.reset();
        ssh_remove_channel_callbacks(one.handle, &one.callbacks);
    }
    if (!session_) return;
    if (event_) ssh_event_remove_session(event_.get(), session_.get());
    ssh_disconnect(session_.get());
    session_.reset();  // with its channels
    event_.reset();
    channels_.clear();
}

// Reading and writing

void libssh_transport::pump()
{
    if (dead_) return;
    const auto self = shared_from_this();
    in_pump_ = true;
    const bool more = !ending_ && turn();
    in_pump_ = false;
    if (ending_) return finish();
    if (more) pump_soon();
    arm();
}

// True when there is more to do at once.
bool libssh_transport::turn()
{
    bool more = true;
    for (int i = 0; i < rounds_per_turn && more && !ending_; ++i) {
        const int polled = ssh_event_dopoll(event_.get(), 0);
        more = take_messages() || polled == SSH_OK;
        check_login();
        if (polled == SSH_ERROR || !ssh_is_connected(session_.get()) ||
            (ssh_get_status(session_.get()) & SSH_CLOSED_ERROR))
            end(peer_left() ? end_reason::peer_left : end_reason::protocol_error);
    }
    if (ending_) return false;
    serve_channels();
    if (ending_) return false;
    ssh_blocking_flush(session_.get(), 0);
    reap();
    if (!unsent())
        replies_at_empty_ = packets_.out_packets;
    else if (packets_.out_packets - replies_at_empty_ > most_unread_replies)
        end(end_reason::unread_replies);
    return more || packets_.in_packets != packets_seen_ + data_packets_;
}

// Of a connection that libssh gave up: whether the client did, or libssh because of what the client sent.
bool libssh_transport::peer_left()
{
    if (text_of(ssh_get_error(session_.get())).starts_with("Received SSH_MSG_DISCONNECT")) return true;
    char byte = 0;
    const auto waits = ::recv(wait_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return waits == 0 || (waits < 0 && errno != EAGAIN);
}

void libssh_transport::arm()
{
    if (dead_) return;
    if (!reading_) {
        reading_ = true;
        wait_.async_wait(asio::posix::descriptor_base::wait_read,
                         [self = shared_from_this()](const boost::system::error_code& failed) {
                             self->reading_ = false;
                             if (!failed) self->pump();
                         });
    }
    if (!writing_ && unsent()) {
        writing_ = true;
        wait_.async_wait(asio::posix::descriptor_base::wait_write,
                         [self = shared_from_this()](const boost::system::error_code& failed) {
                             self->writing_ = false;
                             if (!failed) self->pump();
                         });
    }
}

void libssh_transport::pump_soon()
{
    if (std::exchange(pump_posted_, true)) return;
    asio::post(loop_, [self = shared_from_this()] {
        self->pump_posted_ = false;
        self->pump();
    });
}

// After libssh did something outside the pump. It flushes by polling, which may have read packets, too.
void libssh_transport::after_io()
{
    if (in_pump_ || dead_) return;
    if (packets_.in_packets != packets_seen_ || !ssh_is_connected(session_.get()))
        pump_soon();
    else
        arm();
}

// Messages

// True when there may be more.
bool libssh_transport::take_messages()
{
    // Asking for a message polls; most packets are data, which are none.
    if (packets_.in_packets == packets_seen_ + data_packets_) return false;
    for (int i = 0; i < rounds_per_turn && !ending_; ++i) {
        message_ptr message(ssh_message_get(session_.get()));
        if (!message) {
            packets_seen_ = packets_.in_packets;
            data_packets_ = 0;
            return false;
        }
        login_.heard_message();
        handle(std::move(message));
    }
    return true;
}

// What libssh would bear from a client that has not logged in.
void libssh_transport::check_login()
{
    if (logged_in_ || ending_) return;
    if (login_guard::too_much(socket_bytes_.in_bytes)) return end(end_reason::login_bytes);
    for (auto silent = login_.take_silent(packets_.in_packets); silent > 0 && !ending_; --silent) reply_failure();
}

void libssh_transport::handle(message_ptr message)
{
    switch (ssh_message_type(message.get())) {
    case SSH_REQUEST_SERVICE:
        if (logged_in_ || text_of(ssh_message_service_service(message.get())) != "ssh-userauth")
            return end(end_reason::protocol_error);
        login_.begin(packets_.in_packets);
        ssh_message_service_reply_success(message.get());
        break;
    case SSH_REQUEST_AUTH: authenticate(std::move(message)); break;
    case SSH_REQUEST_CHANNEL_OPEN: open_channel(std::move(message)); break;
    case SSH_REQUEST_CHANNEL: channel_request(message.get()); break;
    case SSH_REQUEST_GLOBAL: global_request(message.get()); break;
    default: ssh_message_reply_default(message.get());
    }
}

bool libssh_transport::accepts(ssh_message offer, bool is_signed)
{
    const ssh_key key = ssh_message_auth_pubkey(offer);
    const std::string user = text_of(ssh_message_auth_user(offer)), blob = blob_of(key);
    const std::string algorithm = text_of(ssh_key_type_to_char(ssh_key_type(key)));
    const key_offer shown{.user = user, .blob = blob, .algorithm = algorithm, .signed_by_it = is_signed};
    // Never laxer than libssh, which would be silent about the signature: the client would not try its next key.
    if (const auto why = check_shown(blob, by_->inside().settings.user_keys)) {
        handler_.on_unfit_key(shown, *why);
        return false;
    }
    return handler_.on_public_key(shown);
}

void libssh_transport::authenticate(message_ptr message)
{
    if (logged_in_ || !login_.begun()) return end(end_reason::protocol_error);
    last_offer_ = std::move(message);
    auto* const offer = last_offer_.get();
    const int method = ssh_message_subtype(offer);
    if (method == SSH_AUTH_METHOD_PUBLICKEY) {
        const auto state = ssh_message_auth_publickey_state(offer);
        const bool is_signed = state == SSH_PUBLICKEY_STATE_VALID;
        const bool accepted = (is_signed || state == SSH_PUBLICKEY_STATE_NONE) && accepts(offer, is_signed);
        if (ending_) return;
        if (accepted && !is_signed) {
            ssh_message_auth_reply_pk_ok_simple(offer);
            return;
        }
        if (accepted) {
            logged_in_ = true;
            grace_.cancel();
            ssh_message_auth_reply_success(offer, 0);
            last_offer_.reset();
            handler_.on_login();
            return;
        }
    }
    if (method == SSH_AUTH_METHOD_NONE) {  // asks what there is: no try
        ssh_message_auth_set_methods(offer, SSH_AUTH_METHOD_PUBLICKEY);
        ssh_message_reply_default(offer);
        return;
    }
    reply_failure();
}

void libssh_transport::reply_failure()
{
    if (login_.failed()) return end(end_reason::too_many_tries);
    if (!last_offer_) return end(end_reason::bad_signature);  // libssh answers nothing but a message
    ssh_message_auth_set_methods(last_offer_.get(), SSH_AUTH_METHOD_PUBLICKEY);
    ssh_message_reply_default(last_offer_.get());
}

void libssh_transport::refuse(ssh_message message, refusal what)
{
    ssh_message_reply_default(message);
    handler_.on_refused(what);
}

void libssh_transport::open_channel(message_ptr message)
{
    if (!logged_in_) return end(end_reason::protocol_error);
    const int kind = ssh_message_subtype(message.get());
    if (kind == SSH_CHANNEL_X11) return refuse(message.get(), refusal::x11);
    if (kind == SSH_CHANNEL_AUTH_AGENT) return refuse(message.get(), refusal::agent);
    if (kind != SSH_CHANNEL_SESSION && kind != SSH_CHANNEL_DIRECT_TCPIP)
        return refuse(message.get(), refusal::channel_kind);
    if (channels_.size() + pending_.size() >= by_->inside().settings.channels)
        return refuse(message.get(), refusal::channel_limit);
    if (kind == SSH_CHANNEL_SESSION && !handler_.on_session_channel()) return refuse(message.get(), refusal::session);

    direct_tcpip where;
    if (kind == SSH_CHANNEL_DIRECT_TCPIP) {
        auto* const asked = message.get();
        where.number = ++requests_;
        where.host = text_of(ssh_message_channel_request_open_destination(asked));
        // An int, but libssh has cut it to 16 bits: it cannot be told from a good one.
        where.port = static_cast<std::uint16_t>(ssh_message_channel_request_open_destination_port(asked));
        where.originator = text_of(ssh_message_channel_request_open_originator(asked));
        where.originator_port = static_cast<std::uint16_t>(ssh_message_channel_request_open_originator_port(asked));
    }
    auto& pending = pending_.emplace_back();
    pending.message = std::move(message);
    if (kind == SSH_CHANNEL_DIRECT_TCPIP)
        return handler_.on_direct_tcpip(std::move(where), std::make_unique<waiting_request>(*this, pending));
    auto opened = accept(pending);
    if (!opened) return;
    auto& state = channels_.back();
    state.waiting.reset(static_cast<session_channel*>(opened.release()));
}

std::unique_ptr<channel> libssh_transport::accept(pending_open& which)
{
    const auto message = std::move(which.message);
    pending_.remove_if([&](const pending_open& one) { return &one == &which; });
    if (ending_) return nullptr;
    const ssh_channel made = ssh_message_channel_request_open_reply_accept(message.get());
    if (!made) {
        end(end_reason::protocol_error);
        return nullptr;
    }
    const auto packet = peer_packet_size(made, session_.get());
    auto* const state = adopt(made);
    std::unique_ptr<channel> face;
    if (state && packet && *packet >= least_peer_packet) {
        face = std::make_unique<session_channel>(*state);
    } else {
        ssh_channel_close(made);
        handler_.on_refused(refusal::tiny_packets);
    }
    after_io();
    return face;
}

void libssh_transport::refuse(pending_open& which)
{
    ssh_message_reply_default(which.message.get());
    pending_.remove_if([&](const pending_open& one) { return &one == &which; });
    after_io();
}

void libssh_transport::channel_request(ssh_message message)
{
    const ssh_channel handle = ssh_message_channel_request_channel(message);
    const auto found = std::ranges::find(channels_, handle, &channel_state::handle);
    const int kind = ssh_message_subtype(message);
    if (kind == SSH_CHANNEL_REQUEST_SUBSYSTEM) return refuse(message, refusal::subsystem);
    if (kind == SSH_CHANNEL_REQUEST_X11) return refuse(message, refusal::x11);
    if (kind == SSH_CHANNEL_REQUEST_ENV) return refuse(message, refusal::environment);
    const bool command = kind == SSH_CHANNEL_REQUEST_EXEC || kind == SSH_CHANNEL_REQUEST_SHELL;
    if (found == channels_.end() || !found->waiting || !(command || kind == SSH_CHANNEL_REQUEST_PTY)) {
        ssh_message_reply_default(message);
        return;
    }
    ssh_message_channel_request_reply_success(message);
    if (!command) {
        found->terminal = true;
        return;
    }
    command_request wanted;
    wanted.terminal = found->terminal;
    if (kind == SSH_CHANNEL_REQUEST_EXEC) wanted.command = text_of(ssh_message_channel_request_command(message));
    handler_.on_command(std::move(wanted), std::move(found->waiting));
}

void libssh_transport::global_request(ssh_message message)
{
    if (!logged_in_) return end(end_reason::protocol_error);
    ssh_message_reply_default(message);
    if (ssh_message_subtype(message) == SSH_GLOBAL_REQUEST_TCPIP_FORWARD)
        handler_.on_refused(refusal::remote_forward);
}

// Channels

channel_state* libssh_transport::adopt(ssh_channel handle)
{
    auto& state = channels_.emplace_back();
    state.session = this;
    state.handle = handle;
    state.callbacks.userdata = &state;
    state.callbacks.channel_data_function = &libssh_transport::on_data;
    state.callbacks.channel_eof_function = &libssh_transport::on_eof;
    state.callbacks.channel_close_function = &libssh_transport::on_close;
    ssh_callbacks_init(&state.callbacks);
    if (ssh_set_channel_callbacks(handle, &state.callbacks) == SSH_OK) return &state;
    end(end_reason::protocol_error);  // out of memory
    return nullptr;
}

// libssh calls these while it works on the session, and also while another channel writes: they note, no more.

int libssh_transport::on_data(ssh_session, ssh_channel, void*, std::uint32_t size, int is_stderr, void* of)
{
    auto& state = *static_cast<channel_state*>(of);
    ++state.session->data_packets_;
    if (is_stderr || !state.face) return static_cast<int>(size);  // nobody wants it: taken and dropped
    if (size > state.unread) state.bytes_in += size - state.unread;
    state.unread = size;  // all that waits, not what came now
    state.marked = true;
    if (size > window + window_slack) state.session->end(end_reason::window_overrun);
    return 0;
}

void libssh_transport::on_eof(ssh_session, ssh_channel, void* of)
{
    auto& state = *static_cast<channel_state*>(of);
    state.ended = state.marked = true;
}

void libssh_transport::on_close(ssh_session, ssh_channel, void* of)
{
    auto& state = *static_cast<channel_state*>(of);
    state.ended = state.closed_by_peer = state.marked = true;
}

void libssh_transport::serve_channels()
{
    for (auto& one : channels_) {
        if (ending_) return;
        if (!one.marked && !one.wants_room) continue;
        one.marked = one.wants_room = false;
        if (one.face) one.face->tell();
    }
}

// Frees what both sides have closed. A queued message refers to its channel: only when none is queued.
void libssh_transport::reap()
{
    if (packets_.in_packets != packets_seen_ + data_packets_) return;
    std::erase_if(channels_, [](channel_state& one) {
        if (one.closed_by_peer && one.waiting) one.waiting.reset();
        if (one.face || !one.closed_by_peer) return false;
        ssh_remove_channel_callbacks(one.handle, &one.callbacks);
        ssh_channel_free(one.handle);
        return true;
    });
}

void libssh_transport::notice(channel_state& which)
{
    which.marked = true;
    if (!in_pump_) pump_soon();
}

void libssh_transport::close(channel_state& which)
{
    which.face = nullptr;
    if (ending_) return;
    ssh_channel_close(which.handle);
    if (which.closed_by_peer && !in_pump_) pump_soon();
    after_io();
}

std::string_view libssh_transport::read(channel_state& from)
{
    if (from.unread == 0 || ending_) return {};
    char* const into = by_->inside().scratch.get();
    // libssh opens the window to what is asked for, and else to no more than 1.25 MiB. It does so whenever the window
    // is small, however much is unread: so all is read, always.
    const bool grow = from.read_since_grown >= window / 4;
    const std::uint32_t wanted = grow ? std::max(window, from.unread) : from.unread;
    const int got = ssh_channel_read_timeout(from.handle, into, wanted, 0, 0);
    if (got <= 0) {
        from.unread = 0;
        end(end_reason::protocol_error);
        return {};
    }
    const auto size = static_cast<std::uint32_t>(got);
    from.unread -= std::min(from.unread, size);
    from.read_since_grown = (grow ? 0 : from.read_since_grown) + size;
    after_io();
    return {into, size};
}

std::size_t libssh_transport::room(channel_state& of)
{
    if (ending_ || of.closed_by_peer) return 0;
    const std::size_t open = unsent() ? 0 : std::min<std::size_t>(ssh_channel_window_size(of.handle), most_per_write);
    of.wants_room = open == 0;
    return open;
}

std::size_t libssh_transport::write(channel_state& to, std::string_view what)
{
    if (ending_ || to.closed_by_peer || what.empty()) return 0;
    const int taken = ssh_channel_write(to.handle, what.data(), static_cast<std::uint32_t>(what.size()));
    const std::size_t size = taken > 0 ? static_cast<std::size_t>(taken) : 0;
    to.bytes_out += size;
    if (size < what.size()) to.wants_room = true;  // a rekey is going on, or the window is full
    after_io();
    return size;
}

void libssh_transport::send_end(channel_state& of)
{
    if (ending_ || of.closed_by_peer) return;
    ssh_channel_send_eof(of.handle);
    after_io();
}

void libssh_transport::send_exit_status(channel_state& of, int status)
{
    if (ending_ || of.closed_by_peer) return;
    ssh_channel_request_send_exit_status(of.handle, status);
    after_io();
}

void libssh_transport::send_banner(std::string_view text)
{
    if (ending_ || dead_ || logged_in_) return;
    const std::string copy(text);
    const std::unique_ptr<ssh_string_struct, deleter<&ssh_string_free>> banner(ssh_string_from_char(copy.c_str()));
    if (banner) ssh_send_issue_banner(session_.get(), banner.get());
}

struct negotiated libssh_transport::negotiated() const
{
    if (dead_) return {};
    return {text_of(ssh_get_clientbanner(session_.get())), text_of(ssh_get_kex_algo(session_.get())),
            text_of(ssh_get_cipher_in(session_.get()))};
}

}  // namespace

std::shared_ptr<transport> transport::start(asio::io_context& loop, std::shared_ptr<server> by,
                                                int descriptor, session_handler& handler)
{
    auto made = std::make_shared<libssh_transport>(loop, std::move(by), handler);
    return made->open(descriptor) ? made : nullptr;
}

}  // namespace gatehouse::bastion
