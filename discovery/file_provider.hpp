#pragma once

#include "discovery/provider_setup.hpp"
#include "service/file_watch.hpp"

#include <optional>

namespace gatehouse::discovery {

// `file:`: a list that is watched and swapped whole. A file that is bad, missing or lists nobody keeps the
// members of the last good one; why is logged once for each change of the file.
class file_provider final : public provider {
public:
    file_provider(std::string group, conf::file_source source, provider_setup setup);
    void start(publish to) override;

private:
    void load();
    void keep(poll_result why) const;

    std::string group_;
    conf::file_source source_;
    provider_setup setup_;
    publish to_;
    std::optional<std::size_t> published_;  // members of the last good file
    service::file_watch watch_;             // last: it is the first to go, and calls load()
};

}  // namespace gatehouse::discovery
