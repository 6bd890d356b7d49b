#pragma once

#include "bastion/audit/audit_record.hpp"
#include "bastion/identity/login_judge.hpp"
#include "bastion/limits/session_quota.hpp"
#include "bastion/limits/startup_gate.hpp"
#include "bastion/policy/access_policy.hpp"
#include "bastion/session/session_book.hpp"
#include "bastion/ssh/transport.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::bastion {

class jump;
class roster;
struct worker_state;

// Where a connection comes from and which address of ours it reached: as a PROXY header says, where there is one.
struct connection_ends {
    boost::asio::ip::tcp::endpoint source, reached;
};

// Why a session ends. The label is of a closed list, for metrics; the text is for the audit log.
struct farewell {
    std::string_view label;
    std::string text;
};

// One client, from its first byte to the last record about it: logs in, asks for jumps, types commands. Asks the
// rulebook, writes everything down, and asks again for all that is open when the rulebook changes or time passes.
// Lives on its worker, which holds it until it has ended.
class guest final : public session_handler, public std::enable_shared_from_this<guest> {
public:
    guest(worker_state& home, connection_ends ends, startup_gate::pass place);
    ~guest();
    guest(const guest&) = delete;
    guest& operator=(const guest&) = delete;

    // Takes over the connected socket. False when the system refuses.
    bool begin(int descriptor);

    void rules_changed();
    void each_second(std::chrono::sys_seconds now);
    void end(farewell why);
    // No jump is open, and none has been for a while.
    bool idles() const;

private:
    friend class jump;

    bool on_public_key(const key_offer& offer) override;
    void on_unfit_key(const key_offer& offer, login_refusal why) override;
    void on_bad_signature(const std::string& user) override;
    void on_login() override;
    void on_direct_tcpip(direct_tcpip where, std::unique_ptr<open_request> request) override;
    bool on_session_channel() override;
    void on_command(command_request request, std::unique_ptr<channel> from) override;
    void on_refused(refusal what) override;
    void take_turn(std::function<void()> step) override;
    void on_end(end_reason why) override;

    void note(std::string_view user);
    bool refuse_login(const key_offer& offer, std::string_view reason);
    void refuse_jump(const direct_tcpip& where, std::string_view reason, std::string_view rule);
    void after_refusal();
    void next_command();
    void next_opening();
    void remember_failure(const direct_tcpip& where, const std::string& why);
    void welcome();
    void check_login(std::chrono::sys_seconds now);
    void check_jump(jump& one, std::chrono::sys_seconds now);
    void end_unproven(end_reason why);
    void end_session(end_reason why);
    void left(jump& one, const std::string& reason);

    asker who() const;
    audit_record record(audit_event what) const;
    bool write(const audit_record& what);
    std::chrono::microseconds lasted() const;

    worker_state& home_;
    connection_ends ends_;
    std::optional<startup_gate::pass> place_;  // until the login
    std::shared_ptr<transport> transport_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();

    std::string id_, user_, client_;
    std::string offered_for_;  // the user whom the last offer named
    std::string blob_;  // what the user logged in with
    std::optional<proven_login> proof_;
    std::shared_ptr<const roster> judged_by_;  // gave the proof: another one may not, and is asked when it comes
    std::string key_, ca_, key_id_;  // for records
    std::optional<session_quota::pass> counted_;
    std::unique_ptr<session_book::seat> seat_;  // from the login on
    std::map<unsigned, std::shared_ptr<jump>> jumps_;
    // These wait for their turn.
    std::deque<std::pair<command_request, std::unique_ptr<channel>>> commands_;
    std::deque<std::pair<direct_tcpip, std::unique_ptr<open_request>>> openings_;
    std::chrono::sys_seconds last_jump_{};
    std::chrono::steady_clock::time_point last_byte_ = begun_;  // a clock that is set must end nobody
    std::uint64_t received_ = 0, sent_ = 0;
    unsigned offers_ = 0, refusals_ = 0;
    bool known_ = false;  // proved to be a user, and was refused for another reason
    std::optional<farewell> farewell_;
};

}  // namespace gatehouse::bastion
