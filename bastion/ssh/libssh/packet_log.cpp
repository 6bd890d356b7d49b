#include "bastion/ssh/libssh/packet_log.hpp"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <string_view>

namespace gatehouse::bastion {
namespace {

// "packet: read type 50 [len=...": as libssh 0.10 writes it for every packet, once.
void on_line(int, const char*, const char* line, void* counts)
{
    constexpr std::string_view login_request = "packet: read type 50 ";
    if (std::string_view(line).find(login_request) != std::string_view::npos) ++*static_cast<std::uint64_t*>(counts);
}

}  // namespace

// Callback, its argument and the level belong to the thread.
packet_log::packet_log(std::uint64_t& login_requests)
{
    ssh_set_log_userdata(&login_requests);
    ssh_set_log_callback(&on_line);
    ssh_set_log_level(SSH_LOG_PACKET);
}

packet_log::~packet_log()
{
    ssh_set_log_level(SSH_LOG_NOLOG);
    ssh_set_log_userdata(nullptr);
}

}  // namespace gatehouse::bastion
