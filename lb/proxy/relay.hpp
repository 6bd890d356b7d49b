#pragma once

#include "lb/io/deadline_wheel.hpp"
#include "lb/proxy/downstream.hpp"
#include "lb/proxy/exchange.hpp"
#include "lb/upstream/connection.hpp"
#include "lb/worker/plan.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::lb {

struct worker_loop;
struct group_state;
class relay_store;
using relay_hook = boost::intrusive::list_base_hook<boost::intrusive::tag<relay_store>>;

// Carries one exchange between its client and a target: routes it, chooses and leases the target, moves the
// bytes, repeats where the exchange allows it, keeps the deadlines, and tells log and counters how it ended.
// All decisions about bytes are the exchange's. Belongs to one worker, which hands relays out and takes them back.
class relay final : public mortal,
                    public relay_hook,
                    private upstream_user,
                    private deadline {
public:
    explicit relay(worker_loop& home);
    ~relay() override;
    relay(const relay&) = delete;
    relay& operator=(const relay&) = delete;

    // Begins with a complete request head, whose first byte arrived at `began_us` (steady). The exchange may be
    // over when this returns. Otherwise call feed() next, even with nothing.
    // `listener` lies in `whole`: of a listener that leaves, that is the last plan that named it.
    void begin(downstream& client, const plan_ptr& whole, const listener_plan& listener, std::string_view head,
               std::int64_t began_us);

    // Begins with a request that could not be read: answers and ends.
    void begin_refused(downstream& client, const plan_ptr& whole, const listener_plan& listener,
                       std::string_view seen, refusal why, std::int64_t began_us);

    // Request bytes (a tunnel's, once there is one). Returns how many were taken; the rest comes again after
    // downstream::resume_request.
    std::size_t feed(std::string_view input);
    bool wants_input() const noexcept;  // feed() would take something now
    bool tunnelling() const noexcept { return phase_ == phase::tunnel; }

    void on_client_writable();
    void client_ended();  // the client will send no more (FIN, close_notify)
    void client_lost();   // the connection failed: ends the exchange without a call back

    const target* leased() const noexcept { return connection_ ? connection_->to().get() : nullptr; }
    void end_for_drain();  // deregistration_delay is over

    void forget() noexcept;  // lets go of what the exchange held on to; its buffers stay
    bool quiet() const noexcept override { return true; }

private:
    enum class phase : std::uint8_t { free, connecting, relaying, tunnel };
    enum class waiting : std::uint8_t { none, client_body, client_write, target, held, tunnel };

    void prepare(downstream& client, const plan_ptr& whole, const listener_plan& listener, std::int64_t began_us);
    void trace();
    void route();
    void forward(const conf::forward& how, std::size_t rule);
    void answer_redirect(const conf::redirect& how);
    void answer_fixed(const conf::fixed_response& how);

    bool start_attempt(refusal otherwise);  // false: no target was left, and the exchange is over
    const target_set::entry* choose_target();
    http::forward_context forward_context() const;

    void on_target_connected() override;
    void on_target_connect_failed(exchange::failure why) override;
    void on_target_readable() override;
    void on_target_writable() override;
    void on_deadline() override;

    enum class holding : std::uint8_t { no, begun, over };

    bool read_target();  // false: nothing more to read now, or the exchange is over
    std::optional<std::size_t> handle_response(std::string_view input);  // consumed; empty: do not go on
    void pass_on_held();
    void enter_tunnel(std::string_view rest);
    bool read_tunnel();
    void target_ended(bool in_order);
    void target_failed(exchange::failure why);
    bool may_repeat(exchange::failure why) const noexcept;
    void note_failed_zone() noexcept;

    void answer(refusal why);
    void answer(http::own_response what, refusal why = refusal::none);
    void finish(std::size_t unread);
    void over(downstream::ending how);
    void over_recorded(downstream::ending how);
    downstream::ending close_form() const noexcept;
    void cut(refusal why);
    void release_target(bool keep);
    void record(refusal why);
    access_record record_of(refusal why, unsigned status, std::int64_t now) const;
    void wait_for(waiting what);
    void rearm_deadline();

    worker_loop& home_;
    exchange exchange_;
    downstream* client_ = nullptr;
    plan_ptr plan_;
    const listener_plan* listener_ = nullptr;
    const group_plan* group_ = nullptr;
    group_state* group_state_ = nullptr;
    std::unique_ptr<upstream_connection> connection_;

    phase phase_ = phase::free;
    waiting waiting_ = waiting::none;
    holding holding_ = holding::no;  // of a short response that is not whole
    bool head_sent_ = false, fresh_only_ = false, client_eof_ = false, target_eof_ = false, new_trace_ = false;
    std::uint8_t attempts_ = 0, tried_count_ = 0, failed_zone_count_ = 0;
    std::uint8_t repeats_ = 0;  // those that count towards retries.attempts
    std::array<const target*, 8> tried_{};
    std::array<std::uint64_t, 8> failed_zones_{};  // of earlier attempts, each once
    std::uint64_t zone_ = 0;                       // of the target of this one; 0: it has none
    std::size_t budget_ = io_scratch::read_size;  // of one read from the target

    std::string trace_id_, traceparent_, cookies_, redirect_url_, last_target_;
    std::string_view action_, last_target_id_;
    std::size_t rule_ = 0;
    bool routed_ = false;
    unsigned status_ = 0, target_status_ = 0;
    std::int64_t began_us_ = 0, sent_us_ = 0, answered_us_ = 0;
    std::uint64_t received_ = 0, sent_ = 0;
};

}  // namespace gatehouse::lb
