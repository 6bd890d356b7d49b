#pragma once

#include <cstdint>

namespace gatehouse::bastion {

// Of a channel: how much a client may send before we read.
constexpr std::uint32_t window = 2 * 1024 * 1024;     // as sshd's; 80 ms of round trip and 20 MiB/s
constexpr std::uint32_t window_slack = 64 * 1024;     // libssh does not enforce the window
constexpr std::uint32_t largest_packet = 256 * 1024;  // nor the packet size that it announced

}  // namespace gatehouse::bastion
