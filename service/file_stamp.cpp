#include "service/file_stamp.hpp"

#include <sys/stat.h>

#include <utility>

namespace gatehouse::service {
namespace {

std::int64_t nanoseconds(const timespec& when) noexcept
{
    return std::int64_t{when.tv_sec} * 1'000'000'000 + when.tv_nsec;
}

}  // namespace

std::optional<file_stamp> look_at(const std::string& path)
{
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return std::nullopt;
    return file_stamp{found.st_dev, found.st_ino, found.st_size, nanoseconds(found.st_mtim),
                      nanoseconds(found.st_ctim)};
}

bool change_detector::observe(stamp now)
{
    const bool settled = now == std::exchange(last_, now);
    if (!settled || now == reported_) return false;
    reported_ = now;
    return true;
}

}  // namespace gatehouse::service
