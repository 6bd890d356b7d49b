#pragma once

#include "bastion/ssh/libssh/handles.hpp"
#include "bastion/ssh/libssh/window.hpp"
#include "bastion/ssh/server.hpp"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

struct server::parts {
    server_settings settings;
    bind_ptr bind;
    // What a read of any channel of the worker goes through. Pages are touched as reads need them.
    std::unique_ptr<char[]> scratch =
        std::make_unique_for_overwrite<char[]>(window + window_slack + largest_packet);
    std::array<char, 64 * 1024> read_ahead;

    void set(ssh_bind_options_e option, const void* value, const char* what) const;
    void add_host_key(const std::string& path);

    std::map<std::string_view, std::string> host_key_files;  // by the kind of the key
};

}  // namespace gatehouse::bastion
