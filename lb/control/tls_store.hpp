#pragma once

#include "conf/lb.hpp"
#include "lb/metrics/metrics.hpp"
#include "lb/tls/server_context.hpp"
#include "lb/tls/ticket_keys.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::lb {

// The TLS contexts of every https listener and every group of https targets, one per worker: OpenSSL 3.0 takes
// locks inside an SSL_CTX, and workers that share one meet there. Control thread only.
class tls_store {
public:
    explicit tls_store(unsigned workers) : workers_(workers) {}

    struct contexts {
        // [listener or group name][worker]
        std::map<std::string, std::vector<std::shared_ptr<server_context>>> listeners;
        std::map<std::string, std::vector<std::shared_ptr<SSL_CTX>>> groups;
        // What they were made from, by file of the certificate and of its key.
        std::map<std::pair<std::string, std::string>, std::shared_ptr<const certificate>> certificates;
    };

    // For a configuration that is about to be used: reads every certificate and key again. Throws std::runtime_error
    // naming the file, and changes nothing.
    contexts load(const conf::lb& settings);
    void use(contexts loaded) { now_ = std::move(loaded); }  // what in_use() answers from now on
    const contexts& in_use() const noexcept { return now_; }

    // For files that changed under the configuration in use: each certificate, or authority, that cannot be used keeps
    // its last good version while the others are renewed. What was wrong, one sentence each.
    std::vector<std::string> renew(const conf::lb& settings);

    void rotate_ticket_keys() { tickets_.rotate(); }
    std::vector<metrics::certificate_expiry> expiries(std::int64_t unix_seconds) const;

private:
    using certificate_list = std::vector<std::shared_ptr<const certificate>>;
    std::vector<std::shared_ptr<server_context>> contexts_for(const conf::listener& listener,
                                                              const certificate_list& from);
    std::vector<std::shared_ptr<SSL_CTX>> contexts_for(const conf::target_group& group) const;

    unsigned workers_;
    ticket_keys tickets_;  // outlives every context
    contexts now_;
};

// Every file that load() reads, to be watched.
std::vector<std::string> tls_files(const conf::lb& settings);

}  // namespace gatehouse::lb
