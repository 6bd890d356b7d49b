#pragma once

#include "discovery/inventory.hpp"
#include "service/log.hpp"

#include <map>
#include <memory>
#include <string>

namespace gatehouse::discovery {

// A group as it was last known, with the source it came from: another source's members are of no use.
struct remembered_group {
    std::string source;  // "dns:old.internal.example"
    std::shared_ptr<const group_snapshot> snapshot;
};
using remembered_groups = std::map<std::string, remembered_group, std::less<>>;

// The last good inventory on disk, a file in the state directory. `out` must outlive it.
class state_file {
public:
    state_file(const std::string& directory, const std::string& name, service::log& out);

    // What was saved last; nothing when there is no file. A file that cannot be understood is renamed to
    // `NAME.damaged`, with a warning that names it.
    remembered_groups load();

    // Replaces the file so that a crash leaves the old one or the new one, whole. A failure is logged once
    // until a save succeeds again: serving goes on without.
    void save(const remembered_groups& groups);

private:
    void set_aside(const std::string& why);

    std::string path_;
    service::log& out_;
    bool failing_ = false;
};

// The file's text, and back. Reading throws std::exception with what is wrong with the text.
std::string write_remembered(const remembered_groups& groups);
remembered_groups read_remembered(const std::string& text);

}  // namespace gatehouse::discovery
