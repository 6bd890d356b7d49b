#pragma once

#include "lb/http/head_scanner.hpp"
#include "lb/io/deadline_wheel.hpp"
#include "lb/io/transport.hpp"
#include "lb/proxy/downstream.hpp"
#include "lb/worker/graveyard.hpp"
#include "lb/worker/listener_state.hpp"

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::lb {

class relay;
struct worker_loop;

// One HTTP/1 client connection: PROXY header, TLS handshake, then requests in their order, one exchange at a time.
// Finds the heads and gives bytes to the exchange; knows nothing of targets. Owns itself: made by open(),
// buried when it closes. Belongs to one worker. An idle one owns no buffer.
class client_connection final : public mortal,
                                public client_hook,
                                private downstream,
                                private transport::watcher,
                                private deadline {
public:
    // Takes over an accepted, non-blocking descriptor.
    static void open(worker_loop& home, listener_state& listener, int descriptor,
                     const boost::asio::ip::tcp::endpoint& peer, const service::acceptor& from);

    // The listener goes or the door closes: the next response is the last; while idle, drain_grace is left for a
    // request that is on its way.
    static constexpr conf::duration drain_grace = std::chrono::seconds(2);
    void begin_drain();
    void end();  // at once, whatever runs

    bool quiet() const noexcept override { return link_.quiet(); }

private:
    enum class phase : std::uint8_t { proxy_header, handshake, open, lingering, closed };

    client_connection(worker_loop& home, listener_state& listener, int descriptor,
                      const boost::asio::ip::tcp::endpoint& peer, const service::acceptor& from);
    ~client_connection() override;

    void start();
    bool admitted();
    void expect_proxy_header();
    void read_proxy_header();
    void start_requests_or_tls(std::string_view early);
    void shake_hands();
    void count_handshake(handshake_result how);

    void on_readable() override;
    void on_writable() override;
    void on_deadline() override;

    void read_requests();
    bool read_once();  // false: nothing more now, or no longer open
    std::size_t process(std::string_view input);
    bool next_request(std::string_view rest, std::size_t& used);
    void process_pending();
    void settle();
    void wait_for_request();
    void client_ended();

    const client_facts& facts() const noexcept override { return facts_; }
    const tls_channel* tls() const noexcept override { return link_.tls(); }
    transport::io send(gather& what) override { return link_.send(what); }
    bool send_blocked() const noexcept override { return link_.blocked(); }
    bool wants_close() const noexcept override;
    void resume_request() override;
    void exchange_over(ending how) override;
    void shutdown_send() override { link_.shutdown_send(); }

    void start_closing(bool linger);
    void discard();
    void close(bool reset);

    worker_loop& home_;
    listener_state& listener_;
    transport link_;
    client_facts facts_;
    relay* relay_ = nullptr;     // the exchange in progress
    std::string pending_;        // bytes received ahead: an incomplete head, a body the target does not take yet
    http::head_scanner scanner_;
    std::int64_t began_us_ = 0;  // first byte of the request that is being read; 0 = none
    unsigned requests_ = 0;
    phase phase_ = phase::open;
    bool processing_ = false, peer_ended_ = false, counted_source_ = false;
    bool closing_ = false, linger_ = false;  // when all is sent
};

}  // namespace gatehouse::lb
