#pragma once

#include "bastion/policy/access_policy.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// A jump that is open, as others see it.
struct channel_entry {
    unsigned number = 0;    // of the request within its session
    std::string requested;  // as the client wrote it: bytes of a stranger
    std::string instance, group, rule;
    boost::asio::ip::tcp::endpoint target, local;  // local: what the target's sshd logs
    std::chrono::sys_seconds since;
    std::uint64_t received = 0, sent = 0;  // bytes from and to the client, a second old at most
};

// A session that has logged in, as others see it.
struct session_entry {
    std::string id;
    std::string user, key, ca, key_id;  // fingerprints; the last two are empty without a certificate
    boost::asio::ip::tcp::endpoint source;
    std::string client;  // its version line: bytes of a stranger
    std::chrono::sys_seconds since, last_byte;
    std::optional<std::chrono::sys_seconds> ends;  // of the key or certificate
    std::vector<channel_entry> channels;
};

// Who is in, over all workers. Every call is safe from any thread and takes one lock, at logins, channels and once a
// second, never per byte.
class session_book {
public:
    using ender = std::function<void(std::string why)>;  // safe from any thread

    // Until the returned is destroyed.
    class seat {
    public:
        ~seat();
        seat(const seat&) = delete;
        seat& operator=(const seat&) = delete;

        const std::string& id() const noexcept { return id_; }
        void opened(channel_entry one);
        void connected(unsigned number, const boost::asio::ip::tcp::endpoint& local);
        void moved(unsigned number, std::uint64_t received, std::uint64_t sent, std::chrono::sys_seconds when);
        void closed(unsigned number);

    private:
        friend class session_book;
        seat(session_book& home, std::string id) : home_(home), id_(std::move(id)) {}
        session_book& home_;
        std::string id_;
    };
    std::unique_ptr<seat> enter(session_entry who, ender end);

    std::vector<session_entry> list() const;  // the oldest first
    std::optional<session_entry> find(std::string_view id) const;
    std::size_t size() const;
    std::map<std::string, std::size_t> channels_by_group() const;
    // Sessions with a channel to this instance.
    std::size_t sessions_to(std::string_view instance) const;

    // Ends a session, with `why` in the audit log. False when there is none.
    bool end(std::string_view id, std::string why);

private:
    struct place {
        session_entry who;
        ender end;
    };
    mutable std::mutex mutex_;
    std::map<std::string, place, std::less<>> places_;
};

}  // namespace gatehouse::bastion
