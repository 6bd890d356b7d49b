#pragma once

#include "bastion/ssh/libssh/channel_state.hpp"
#include "bastion/ssh/libssh/session_channel.hpp"
#include "bastion/ssh/login_guard.hpp"
#include "bastion/ssh/server.hpp"
#include "bastion/ssh/transport.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>
#include <memory>
#include <optional>

namespace gatehouse::bastion {

// An SSH connection as libssh speaks it. libssh never waits and never calls the handler: it is pumped when the socket
// is ready, puts requests into its queue and marks channels, and both are looked at between two of its turns.
class libssh_transport final : public transport, public std::enable_shared_from_this<libssh_transport> {
    // Shared with its waits and with nothing else for longer than a call.
public:
    libssh_transport(boost::asio::io_context& loop, std::shared_ptr<server> by, session_handler& handler);
    ~libssh_transport() override { dismantle(); }

    bool open(int descriptor);

    void send_banner(std::string_view text) override;
    void end(end_reason why) override;
    struct negotiated negotiated() const override;

    // For waiting_request and session_channel.
    std::unique_ptr<channel> accept(pending_open& which);
    void refuse(pending_open& which);
    std::string_view read(channel_state& from);
    std::size_t room(channel_state& of);
    std::size_t write(channel_state& to, std::string_view what);
    void send_end(channel_state& of);
    void send_exit_status(channel_state& of, int status);
    void close(channel_state& which);
    void notice(channel_state& which);

private:
    bool configure(int descriptor);
    void finish();
    void dismantle();
    void pump();
    void pump_in_turn();
    bool turn();
    bool read_packets();
    bool read_round();
    bool take_messages();
    bool peer_left();
    void arm();
    void flush();
    void look_later();
    void pump_soon();
    void after_io();
    bool to_do() const;
    bool unsent() const { return (ssh_get_status(session_.get()) & SSH_WRITE_PENDING) != 0; }

    // In login.cpp
    void check_login();
    void authenticate(message_ptr message);
    bool accepts(ssh_message offer, bool is_signed);
    void reply_failure();

    // In requests.cpp
    void handle(message_ptr message);
    void open_channel(message_ptr message);
    void channel_request(ssh_message message);
    void global_request(ssh_message message);
    void refuse(ssh_message message, refusal what);

    // In channels.cpp
    channel_state* adopt(ssh_channel handle);
    void mark(channel_state& which);
    void set_unread(channel_state& of, std::uint32_t now);
    void forget(channel_state& which);
    bool paused() const;
    void serve_channels();
    void reap();
    static int on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int is_stderr, void* of);
    static void on_eof(ssh_session, ssh_channel, void* of);
    static void on_close(ssh_session, ssh_channel, void* of);

    boost::asio::io_context& loop_;
    std::shared_ptr<server> by_;
    session_handler& handler_;
    boost::asio::posix::stream_descriptor wait_;  // a duplicate: libssh closes its own when it likes
    boost::asio::steady_timer grace_;
    boost::asio::steady_timer later_;  // whether others have left room
    session_ptr session_;
    event_ptr event_;
    ssh_counter_struct socket_bytes_{}, packets_{};
    std::list<channel_state> channels_;
    std::list<pending_open> pending_;

    std::uint64_t packets_seen_ = 0, data_packets_ = 0;  // of packets_.in_packets: looked for messages; of them data
    std::uint64_t replies_at_empty_ = 0;  // packets_.out_packets when the client had read all, last
    message_ptr last_offer_;              // answers the signatures that libssh is silent about
    login_guard login_;
    std::uint64_t login_requests_ = 0;  // packets, whether or not they left a message
    unsigned requests_ = 0;  // of TCP channels
    bool logged_in_ = false;  // libssh's own word on this was wrong once (CVE-2018-10933)
    std::uint64_t unread_ = 0, kept_ = 0;  // of all channels
    bool marked_ = false;     // some channel is
    bool large_packets_ = false;  // in the last turn that read any
    bool later_waits_ = false, turn_waits_ = false;
    bool reading_ = false, writing_ = false, in_pump_ = false, pump_posted_ = false;
    bool dead_ = false;
    std::optional<end_reason> ending_;
};

}  // namespace gatehouse::bastion
