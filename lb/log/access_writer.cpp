#include "lb/log/access_writer.hpp"

#include "lb/log/access_line.hpp"
#include "lb/log/escape.hpp"
#include "lb/log/record_texts.hpp"

#include <utility>

namespace gatehouse::lb {
namespace {

constexpr std::size_t buffer_bytes = 512 * 1024;

// The longest line there can be, so that add() never has to grow the buffer.
constexpr std::size_t longest_line()
{
    std::size_t texts = 2 * short_text;
    for (const auto& text : record_texts) texts += text.limit;
    return 2048 + text::escape_growth * texts;
}
static_assert(longest_line() <= buffer_bytes);

}  // namespace

access_writer::access_writer(service::log& errors) : errors_(errors), buffer_(new char[buffer_bytes]) {}

void access_writer::direct(std::optional<destination> next)
{
    flush();
    out_ = std::move(next);
}

void access_writer::add(const access_record& record)
{
    if (!out_) return;
    if (line_bound(record) > buffer_bytes - used_) flush();
    char* const from = buffer_.get() + used_;
    const char* const end = out_->layout == conf::access_log::format::alb ? put_alb_line(from, record)
                                                                          : put_json_line(from, record);
    used_ += static_cast<std::size_t>(end - from);
}

void access_writer::flush()
{
    if (used_ == 0) return;
    report(out_->file.append({buffer_.get(), std::exchange(used_, 0)}));
}

void access_writer::report(const service::log_file::outcome& written)
{
    const bool failed = bool(written.error);
    if (failed && !failing_) {
        lost_before_ = lost();
        errors_.error("access log cannot be written, its lines are lost until it can",
                      {{"path", out_->file.path()}, {"error", written.error.message()}});
    }
    lost_.store(lost() + written.lost, std::memory_order_relaxed);
    if (!failed && failing_)
        errors_.info("access log is written again",
                     {{"path", out_->file.path()}, {"lines_lost", lost() - lost_before_}});
    failing_ = failed;
}

}  // namespace gatehouse::lb
