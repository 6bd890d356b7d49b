#pragma once

#include "conf/lb.hpp"
#include "lb/metrics/metrics.hpp"
#include "lb/tls/server_context.hpp"
#include "lb/tls/ticket_keys.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::lb {

// The TLS contexts of every https listener and every group of https targets, one per worker: OpenSSL 3.0 takes
// locks inside an SSL_CTX, and workers that share one meet there. Control thread only.
class tls_store {
public:
    explicit tls_store(unsigned workers) : workers_(workers) {}

    // [worker][listener or group name]
    struct contexts {
        std::map<std::string, std::vector<std::shared_ptr<server_context>>> listeners;
        std::map<std::string, std::vector<std::shared_ptr<SSL_CTX>>> groups;
    };

    // Reads every certificate and key again. Throws std::runtime_error naming the file, and changes nothing.
    contexts load(const conf::lb& settings);
    void use(contexts loaded) { now_ = std::move(loaded); }  // what contexts_in_use() answers from now on
    const contexts& in_use() const noexcept { return now_; }

    void rotate_ticket_keys() { tickets_.rotate(); }
    std::vector<metrics::certificate_expiry> expiries(std::int64_t unix_seconds) const;

private:
    unsigned workers_;
    ticket_keys tickets_;  // outlives every context
    contexts now_;
};

// Every file that load() reads, to be watched.
std::vector<std::string> tls_files(const conf::lb& settings);

}  // namespace gatehouse::lb
