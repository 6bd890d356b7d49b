#include "lb/control/tls_store.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::lb {

std::vector<std::shared_ptr<server_context>> tls_store::contexts_for(const conf::listener& listener,
                                                                     const certificate_list& from)
{
    std::vector<std::shared_ptr<server_context>> per_worker;
    for (unsigned i = 0; i < workers_; ++i)
        per_worker.push_back(std::make_shared<server_context>(listener, from, tickets_));
    return per_worker;
}

std::vector<std::shared_ptr<SSL_CTX>> tls_store::contexts_for(const conf::target_group& group) const
{
    std::vector<std::shared_ptr<SSL_CTX>> per_worker;
    for (unsigned i = 0; i < workers_; ++i)
        per_worker.emplace_back(make_target_context(group.tls).release(), ssl_ctx_deleter{});
    return per_worker;
}

tls_store::contexts tls_store::load(const conf::lb& settings)
{
    contexts made;
    for (const auto& listener : settings.listeners) {
        if (!listener.tls) continue;
        certificate_list all;
        for (const auto& files : listener.tls->certificates)
            all.push_back(made.certificates[{files.certificate, files.private_key}] =
                              std::make_shared<const certificate>(read_certificate(files)));
        made.listeners[listener.name] = contexts_for(listener, all);
    }
    for (const auto& group : settings.target_groups)
        if (group.protocol == conf::target_protocol::https) made.groups[group.name] = contexts_for(group);
    return made;
}

std::vector<std::string> tls_store::renew(const conf::lb& settings)
{
    std::vector<std::string> problems;
    const auto attempt = [&](const auto& what) {
        try {
            what();
        } catch (const std::exception& failed) {
            problems.emplace_back(failed.what());
        }
    };
    for (const auto& listener : settings.listeners) {
        if (!listener.tls) continue;
        certificate_list all;
        for (const auto& files : listener.tls->certificates) {
            auto& known = now_.certificates[{files.certificate, files.private_key}];
            attempt([&] { known = std::make_shared<const certificate>(read_certificate(files)); });
            all.push_back(known);
        }
        attempt([&] { now_.listeners[listener.name] = contexts_for(listener, all); });
    }
    for (const auto& group : settings.target_groups)
        if (group.protocol == conf::target_protocol::https)
            attempt([&] { now_.groups[group.name] = contexts_for(group); });
    return problems;
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
