#include "service/file_stamp.hpp"

#include <sys/stat.h>

#include <utility>

namespace gatehouse::service {

std::optional<file_stamp> look_at(const std::string& path)
{
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return std::nullopt;
    const std::int64_t seconds = found.st_mtim.tv_sec;
    return file_stamp{found.st_dev, found.st_ino, found.st_size,
                      seconds * 1'000'000'000 + found.st_mtim.tv_nsec};
}

bool change_detector::observe(stamp now)
{
    const bool settled = now == std::exchange(last_, now);
    if (!settled || now == reported_) return false;
    reported_ = now;
    return true;
}

}  // namespace gatehouse::service
