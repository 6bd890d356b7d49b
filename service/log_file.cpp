#include "service/log_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gatehouse::service {
namespace {

int open_for_append(const std::string& path)
{
    constexpr int how = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
    const int descriptor =
        path == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(path.c_str(), how, 0640);
    if (descriptor < 0) throw std::system_error(errno, std::system_category(), path);
    return descriptor;
}

// Standard output may be somebody's non-blocking pipe: its reader gets a second to make room.
bool wait_for_room(int descriptor) noexcept
{
    pollfd waiting{descriptor, POLLOUT, 0};
    return ::poll(&waiting, 1, 1000) > 0;
}

// Writes as much as the system takes; returns what is left, and why in `error`.
std::string_view write_all(int descriptor, std::string_view bytes, std::error_code& error) noexcept
{
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (const int why = errno; why != EINTR && !(why == EAGAIN && wait_for_room(descriptor))) {
            error.assign(why, std::system_category());
            break;
        }
    }
    return bytes;
}

}  // namespace

log_file::log_file(const std::string& path) : path_(path), descriptor_(open_for_append(path)) {}

log_file::~log_file()
{
    if (descriptor_ >= 0) ::close(descriptor_);
}

log_file& log_file::operator=(log_file&& other) noexcept
{
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(torn_, other.torn_);
    return *this;
}

log_file::outcome log_file::append(std::string_view lines) noexcept
{
    outcome result;
    const auto lost_lines = [](std::string_view left) {
        return static_cast<std::uint64_t>(std::ranges::count(left, '\n'));
    };
    if (torn_ && !write_all(descriptor_, "\n", result.error).empty()) {
        result.lost = lost_lines(lines);
        return result;
    }
    torn_ = false;
    const auto left = write_all(descriptor_, lines, result.error);
    result.lost = lost_lines(left);
    const auto written = lines.substr(0, lines.size() - left.size());
    torn_ = !written.empty() && written.back() != '\n';
    return result;
}

bool log_file::deleted() const noexcept
{
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 0;
}

}  // namespace gatehouse::service
