#include "lb/control/tls_store.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::lb {

tls_store::contexts tls_store::load(const conf::lb& settings)
{
    contexts made;
    for (const auto& listener : settings.listeners) {
        if (!listener.tls) continue;
        auto& per_worker = made.listeners[listener.name];
        for (unsigned i = 0; i < workers_; ++i)
            per_worker.push_back(std::make_shared<server_context>(listener, tickets_));
    }
    for (const auto& group : settings.target_groups) {
        if (group.protocol != conf::target_protocol::https) continue;
        auto& per_worker = made.groups[group.name];
        for (unsigned i = 0; i < workers_; ++i)
            per_worker.emplace_back(make_target_context(group.tls).release(), ssl_ctx_deleter{});
    }
    return made;
}

std::vector<metrics::certificate_expiry> tls_store::expiries(std::int64_t unix_seconds) const
{
    // ECDSA and RSA side by side have one subject: what counts is the one that ends first.
    std::map<std::pair<std::string, std::string>, std::int64_t> ends;
    for (const auto& [name, per_worker] : now_.listeners)
        for (const auto& one : per_worker.front()->certificates()) {
            const auto [known, first] = ends.try_emplace({name, one.subject}, one.not_after);
            if (!first) known->second = std::min(known->second, one.not_after);
        }
    std::vector<metrics::certificate_expiry> all;
    for (const auto& [key, end] : ends)
        all.push_back({key.first, key.second, static_cast<double>(end - unix_seconds) / 86400.0});
    return all;
}

std::vector<std::string> tls_files(const conf::lb& settings)
{
    std::vector<std::string> all;
    for (const auto& listener : settings.listeners) {
        if (!listener.tls) continue;
        for (const auto& pair : listener.tls->certificates) {
            all.push_back(pair.certificate);
            all.push_back(pair.private_key);
        }
    }
    for (const auto& group : settings.target_groups)
        if (!group.tls.ca.empty()) all.push_back(group.tls.ca);
    return all;
}

}  // namespace gatehouse::lb
