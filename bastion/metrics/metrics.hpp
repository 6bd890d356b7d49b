#pragma once

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

class buffer_budget;
class session_book;
class startup_gate;

// What the bastion counts (gatehouse_bastion_...). Safe from any thread; a lookup by labels each, so per login, channel
// and second, never per packet. Labels come from closed lists: no name, address or user ever gets in.
class metrics {
public:
    explicit metrics(prometheus::Registry& registry);  // must outlive this

    enum class login { accepted, refused, abandoned };
    enum class opening { opened, refused, failed };

    void count(login result, std::string_view reason);
    void count(opening result, std::string_view reason);
    void refused_request(std::string_view kind);
    void dropped_connection(std::string_view reason);
    void session_ended(std::string_view reason);
    void audit_failed() { audit_failures_->Increment(); }
    void moved(std::uint64_t received, std::uint64_t sent);
    void connected(std::chrono::steady_clock::duration took);
    enum class keys { user, host };
    void stale(keys which, std::chrono::seconds since);  // zero: those in force are those of the files

    double logins() const;  // accepted ones, since the start

private:
    using counters = prometheus::Family<prometheus::Counter>;

    counters& logins_;
    counters& opens_;
    counters& refused_requests_;
    counters& dropped_;
    counters& ends_;
    prometheus::Counter* audit_failures_;
    prometheus::Counter* received_;
    prometheus::Counter* sent_;
    prometheus::Histogram* connect_;
    prometheus::Gauge *stale_user_keys_, *stale_host_keys_;
};

// gatehouse_bastion_sessions, gatehouse_bastion_channels{group} and gatehouse_bastion_unauthenticated_connections, as
// they are when they are scraped. Both must outlive it.
std::shared_ptr<prometheus::Collectable> make_presence_collector(const session_book& book, const startup_gate& startups,
                                                                const buffer_budget& buffers);

}  // namespace gatehouse::bastion
