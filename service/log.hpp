#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::service {

// The operational log: one line per event, to stderr unless told otherwise. Never used per request.
// Where stderr is the journal, a line starts with its priority ("<4>"), which journald takes off again.
// Safe from any thread. Passed by reference, never global.
class log {
public:
    enum class level { debug, info, warning, error };
    enum class format { logfmt, json };
    using sink = std::function<void(std::string_view line)>;  // a whole line with its newline

    // One key=value of a line. Values are escaped, so no input can forge a line or a key.
    struct field {
        std::string_view key;
        std::string value;
        bool number = false;  // JSON shows it without quotes
        field(std::string_view k, std::string_view v) : key(k), value(v) {}
        field(std::string_view k, const std::string& v) : key(k), value(v) {}
        field(std::string_view k, const char* v) : key(k), value(v) {}
        field(std::string_view k, std::int64_t v) : key(k), value(std::to_string(v)), number(true) {}
        field(std::string_view k, std::uint64_t v) : key(k), value(std::to_string(v)), number(true) {}
        field(std::string_view k, int v) : key(k), value(std::to_string(v)), number(true) {}
        field(std::string_view k, unsigned v) : key(k), value(std::to_string(v)), number(true) {}
    };
    using fields = std::initializer_list<field>;

    explicit log(format layout = format::logfmt, level least = level::info);  // to stderr, time first
    log(sink out, format layout, level least = level::debug);  // for tests: no time in the line
    log(const log&) = delete;
    log& operator=(const log&) = delete;

    void debug(std::string_view event, fields more = {}) { write(level::debug, event, more); }
    void info(std::string_view event, fields more = {}) { write(level::info, event, more); }
    void warning(std::string_view event, fields more = {}) { write(level::warning, event, more); }
    void error(std::string_view event, fields more = {}) { write(level::error, event, more); }
    void write(level how, std::string_view event, fields more);

private:
    std::mutex mutex_;
    sink out_;
    format layout_;
    level least_;
    bool with_time_;
    bool with_priority_ = false;
};

// What the command line calls them: "logfmt", "json"; "debug", "info", "warning", "error". Empty for others.
std::optional<log::format> log_format(std::string_view name);
std::optional<log::level> log_level(std::string_view name);

}  // namespace gatehouse::service
