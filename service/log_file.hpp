#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace gatehouse::service {

// An open file that lines are appended to.
class log_file {
public:
    // Opens or makes `path` for append (0640); "-" is standard output. Throws std::system_error.
    explicit log_file(const std::string& path);
    ~log_file();
    log_file(log_file&& other) noexcept
        : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), torn_(other.torn_)
    {}
    log_file& operator=(log_file&& other) noexcept;

    struct outcome {
        std::uint64_t lost = 0;  // lines that were not written, or not to their end
        std::error_code error;   // why
    };

    // Appends whole lines, in one write(2) unless the system takes fewer. Blocks as long as the file does;
    // does not throw. After a line that was cut short the next call begins on a new line.
    outcome append(std::string_view lines) noexcept;

    // True when the file has no name any more: what is appended goes with it.
    bool deleted() const noexcept;

    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
    int descriptor_ = -1;
    bool torn_ = false;  // the last thing written was the beginning of a line
};

}  // namespace gatehouse::service
