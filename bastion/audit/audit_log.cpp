#include "bastion/audit/audit_log.hpp"

#include "bastion/audit/audit_line.hpp"

#include <utility>

namespace gatehouse::bastion {

std::error_code audit_log::write(const audit_record& record)
{
    const auto line = audit_line(record);
    const std::lock_guard hold(mutex_);
    if (file_.deleted())
        if (const auto failed = open_anew()) return failed;
    const auto written = file_.append(line);
    if (written.lost == 0) return {};
    return written.error ? written.error : std::make_error_code(std::errc::io_error);
}

std::error_code audit_log::reopen()
{
    const std::lock_guard hold(mutex_);
    return open_anew();
}

void audit_log::move_to(const std::string& path)
{
    service::log_file next(path);
    const std::lock_guard hold(mutex_);
    file_ = std::move(next);
}

std::error_code audit_log::open_anew()
{
    try {
        file_ = service::log_file(std::string(file_.path()));
        return {};
    } catch (const std::system_error& failed) {
        return failed.code();
    }
}

}  // namespace gatehouse::bastion
