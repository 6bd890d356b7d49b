#pragma once

#include "bastion/audit/audit_record.hpp"
#include "service/log_file.hpp"

#include <mutex>
#include <string>
#include <system_error>

namespace gatehouse::bastion {

// Where the audit log goes. It fails closed: whoever opens a channel writes its record first, and does not open it
// unless that succeeded. Safe from any thread; a worker waits for the write(2), as an answer that comes later is one
// that came too late.
//
// Written means that the system has it: it survives the end of this process, not a power cut, as nothing is synced.
// SIGPIPE must be ignored, so that a closed standard output is an error.
class audit_log {
public:
    // Opens or makes the file for append (0640); "-" is standard output. Throws std::system_error.
    explicit audit_log(const std::string& path) : file_(path) {}

    // Success only when the whole line was taken. After a line that was cut short, by a full disk, the next begins on
    // a line of its own. A file that someone deleted is made anew first, as its records would be lost with it.
    [[nodiscard]] std::error_code write(const audit_record& record);

    // After logrotate has renamed the file: goes on with the path. On failure it goes on with the old file.
    std::error_code reopen();

    // Goes on in another file. Throws std::system_error when it cannot be opened, and goes on as before then.
    void move_to(const std::string& path);

private:
    std::error_code open_anew();

    std::mutex mutex_;
    service::log_file file_;
};

}  // namespace gatehouse::bastion
