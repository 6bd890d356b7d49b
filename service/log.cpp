#include "service/log.hpp"

#include "service/log_line.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace gatehouse::service {

namespace {

// One write(2) for a line, so that lines of several processes on one stderr stay whole.
void write_to_stderr(std::string_view line)
{
    while (!line.empty()) {
        const auto written = ::write(STDERR_FILENO, line.data(), line.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // nobody is left to tell
        line.remove_prefix(static_cast<std::size_t>(written));
    }
}

// systemd.exec(5): $JOURNAL_STREAM names the device and inode of the journal's stream.
bool stderr_is_journal()
{
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat what {};
    if (!stream || ::fstat(STDERR_FILENO, &what) != 0) return false;
    return std::to_string(what.st_dev) + ':' + std::to_string(what.st_ino) == stream;
}

std::string_view journal_priority(log::level how)  // sd-daemon(3)
{
    switch (how) {
    case log::level::debug:
        return "<7>";
    case log::level::info:
        return "<6>";
    case log::level::warning:
        return "<4>";
    case log::level::error:
        break;
    }
    return "<3>";
}

}  // namespace

log::log(format layout, level least) : out_(write_to_stderr), layout_(layout), least_(least), with_time_(true)
{
    with_priority_ = stderr_is_journal();
}

log::log(sink out, format layout, level least)
    : out_(std::move(out)), layout_(layout), least_(least), with_time_(false)
{}

void log::write(level how, std::string_view event, fields more)
{
    if (how < least_) return;
    std::optional<std::chrono::system_clock::time_point> now;
    if (with_time_) now = std::chrono::system_clock::now();
    auto line = log_line(layout_, now, how, event, more);
    if (with_priority_) line.insert(0, journal_priority(how));
    const std::lock_guard lock(mutex_);
    out_(line);
}

std::optional<log::format> log_format(std::string_view name)
{
    if (name == "logfmt") return log::format::logfmt;
    if (name == "json") return log::format::json;
    return std::nullopt;
}

std::optional<log::level> log_level(std::string_view name)
{
    if (name == "debug") return log::level::debug;
    if (name == "info") return log::level::info;
    if (name == "warning") return log::level::warning;
    if (name == "error") return log::level::error;
    return std::nullopt;
}

}  // namespace gatehouse::service
