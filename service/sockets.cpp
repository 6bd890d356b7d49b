#include "service/sockets.hpp"

#include "service/environment.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace gatehouse::service {

namespace {

using boost::asio::ip::tcp;
constexpr int first_activation_descriptor = 3;  // SD_LISTEN_FDS_START

[[noreturn]] void fail(const std::string& doing, int reason = errno)
{
    throw std::system_error(reason, std::generic_category(), doing);
}

class descriptor {
public:
    explicit descriptor(int value) : value_(value) {}
    ~descriptor()
    {
        if (value_ >= 0) ::close(value_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int value() const { return value_; }
    int release() { return std::exchange(value_, -1); }

private:
    int value_;
};

tcp::endpoint endpoint_of(const conf::bind_address& where)
{
    boost::system::error_code wrong;
    const auto address = boost::asio::ip::make_address(where.address, wrong);
    if (wrong) fail("cannot listen on " + to_string(where), EINVAL);
    return {address, where.port};
}

void turn_on(int socket, int level, int option, const conf::bind_address& where)
{
    const int on = 1;
    if (::setsockopt(socket, level, option, &on, sizeof on) != 0)
        fail("cannot listen on " + to_string(where));
}

void prepare_inherited(int inherited)
{
    const auto called = "descriptor " + std::to_string(inherited) + " from LISTEN_FDS";
    int listening = 0;
    socklen_t length = sizeof listening;
    if (::getsockopt(inherited, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0) fail(called);
    if (!listening) fail(called + " is not a listening socket", EINVAL);
    if (::fcntl(inherited, F_SETFD, FD_CLOEXEC) != 0) fail(called);
    if (::fcntl(inherited, F_SETFL, ::fcntl(inherited, F_GETFL) | O_NONBLOCK) != 0) fail(called);
}

// The next of the colon-separated names; "unknown" where there are fewer names than descriptors, as
// sd_listen_fds.
std::string next_name(std::string_view& names)
{
    if (names.empty()) return "unknown";
    const auto colon = names.find(':');
    const std::string name(names.substr(0, colon));
    names.remove_prefix(colon == names.npos ? names.size() : colon + 1);
    return name;
}

}  // namespace

int listen_on(const conf::bind_address& where)
{
    const auto endpoint = endpoint_of(where);
    descriptor made(
        ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (made.value() < 0) fail("cannot listen on " + to_string(where));
    turn_on(made.value(), SOL_SOCKET, SO_REUSEADDR, where);
    turn_on(made.value(), SOL_SOCKET, SO_REUSEPORT, where);
    if (endpoint.address().is_v6()) turn_on(made.value(), IPPROTO_IPV6, IPV6_V6ONLY, where);
    if (::bind(made.value(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
        ::listen(made.value(), SOMAXCONN) != 0)
        fail("cannot listen on " + to_string(where));
    return made.release();
}

conf::bind_address local_address(int descriptor)
{
    tcp::endpoint bound;
    auto length = static_cast<socklen_t>(bound.capacity());
    if (::getsockname(descriptor, bound.data(), &length) != 0)
        fail("cannot tell the address of descriptor " + std::to_string(descriptor));
    const auto family = bound.data()->sa_family;
    if (family != AF_INET && family != AF_INET6)
        fail("descriptor " + std::to_string(descriptor) + " is not a TCP socket", EAFNOSUPPORT);
    bound.resize(length);
    return {bound.address().to_string(), bound.port()};
}

std::string to_string(const conf::bind_address& where)
{
    const bool v6 = where.address.find(':') != std::string::npos;
    return (v6 ? '[' + where.address + ']' : where.address) + ':' + std::to_string(where.port);
}

std::map<std::string, std::vector<int>> take_activation_sockets()
{
    const auto pid = number_in<pid_t>(take_variable("LISTEN_PID"));
    const auto count = number_in<int>(take_variable("LISTEN_FDS"));
    const auto names = take_variable("LISTEN_FDNAMES");
    std::map<std::string, std::vector<int>> taken;
    if (pid != ::getpid()) return taken;
    std::string_view rest = names;
    for (int i = 0; i < count; ++i) {
        prepare_inherited(first_activation_descriptor + i);
        taken[next_name(rest)].push_back(first_activation_descriptor + i);
    }
    return taken;
}

std::size_t raise_descriptor_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("cannot read the descriptor limit");
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) fail("cannot raise the descriptor limit");
    return limit.rlim_cur;
}

}  // namespace gatehouse::service
