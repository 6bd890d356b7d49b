#pragma once

#include "bastion/limits/source_table.hpp"
#include "conf/bastion.hpp"
#include "service/address_block.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// What a source is penalised for, with sshd's PerSourcePenalties.
enum class offence {
    failed_login,    // 5 s
    no_login,        // left without trying: 1 s
    grace_exceeded,  // stayed without logging in: 10 s
};
std::string_view to_string(offence what) noexcept;  // "failed_login", ...

// Makes sources that fail to log in wait. Penalties add up, to 10 minutes at most; below 15 seconds nobody is refused,
// so that two typing errors cost nothing, and whoever is refused is so until nothing is left. Bounded to 65,536
// sources; when strangers have more, the penalties that end first are forgotten (sshd's "permissive"): refusing
// everyone instead would let them lock out the users. Survives reloads. Shared by the workers: one lock, taken once
// per connection.
class source_penalties {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds enforced_from{15}, longest{600};
    static constexpr std::size_t capacity = 65536;

    explicit source_penalties(const conf::source_penalties& settings) { configure(settings); }

    // Of the penalties so far, those of exempt sources are void, and all when they are not enabled.
    void configure(const conf::source_penalties& settings);

    void penalise(const boost::asio::ip::address& source, offence what, time_point now);

    // How long the source still is to be refused; empty = hear it.
    std::optional<std::chrono::steady_clock::duration> refused_for(const boost::asio::ip::address& source,
                                                                   time_point now);

    struct penalty {
        std::string source;  // to_string(source_key)
        offence last;
        std::chrono::steady_clock::duration left;
        bool enforced;
    };
    std::vector<penalty> list(time_point now);             // for the operator
    bool forgive(const boost::asio::ip::address& source);  // false when there was nothing to forgive

private:
    struct record {
        offence last;
        bool enforced;
    };

    bool counts(const boost::asio::ip::address& source) const;

    std::mutex mutex_;
    bool enabled_ = true;
    std::vector<service::address_block> exempt_;
    source_table<record> sources_{capacity};
};

}  // namespace gatehouse::bastion
