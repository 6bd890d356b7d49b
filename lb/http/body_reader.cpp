#include "lb/http/body_reader.hpp"

#include "lb/http/characters.hpp"
#include "lb/http/trailer_field.hpp"

#include <algorithm>
#include <limits>

namespace gatehouse::lb::http {
namespace {

constexpr std::uint8_t most_digits = 16;
constexpr std::uint16_t most_extension_bytes = 4 * 1024, most_trailer_bytes = 8 * 1024;
constexpr std::string_view zero = "0", line_end = "\r\n";

unsigned hex_value(char c) noexcept
{
    return static_cast<unsigned>(is(c, character::digit) ? c - '0' : lower(c) - 'a' + 10);
}

// RFC 9110 5.6.4: qdtext and the second half of a quoted-pair, apart from the quote and the backslash.
bool quotable(char c) noexcept { return !is(c, character::control); }

}  // namespace

void body_reader::step::add(std::string_view part) noexcept
{
    if (part.empty()) return;
    if (part_count > 0) {
        auto& last = parts[part_count - 1];
        if (last.data() + last.size() == part.data()) {
            last = {last.data(), last.size() + part.size()};
            return;
        }
    }
    parts[part_count++] = part;
}

body_reader::body_reader(framing body, pass_on form) noexcept
    : body_(body), form_(form), complete_(body.how == framing::kind::none)
{
    if (body.how == framing::kind::length) remaining_ = body.length;
    if (body.how == framing::kind::until_close) remaining_ = std::numeric_limits<std::uint64_t>::max();
}

body_reader::step body_reader::consume(std::string_view input)
{
    auto done = complete_                             ? step{}
                : body_.how == framing::kind::chunked ? consume_chunked(input)
                                                      : consume_plain(input);
    if (complete_) done.state = status::complete;
    return done;
}

body_reader::status body_reader::finish() const noexcept
{
    return complete_ || body_.how == framing::kind::until_close ? status::complete : status::bad;
}

body_reader::step body_reader::consume_plain(std::string_view input)
{
    step done;
    done.consumed = take_data(input, done);
    complete_ = remaining_ == 0;
    return done;
}

// Bytes of the body or of the chunk, both forms.
std::size_t body_reader::take_data(std::string_view input, step& out)
{
    const auto part = input.substr(0, std::min<std::uint64_t>(remaining_, input.size()));
    out.add(part);
    passed_ += part.size();
    if (body_.how != framing::kind::until_close) remaining_ -= part.size();
    return part.size();
}

body_reader::step body_reader::consume_chunked(std::string_view input)
{
    step done;
    while (done.consumed < input.size() && !complete_ && state_ != state::bad && !done.full()) {
        const auto rest = input.substr(done.consumed);
        if (state_ == state::data) {
            done.consumed += take_data(rest, done);
            if (remaining_ == 0) state_ = state::data_cr;
        } else if (state_ == state::trailer) {
            done.consumed += take_trailer(rest, done);
        } else {
            take_byte(rest.substr(0, 1), done);
            ++done.consumed;
        }
    }
    if (state_ == state::bad) done.state = status::bad;
    return done;
}

void body_reader::emit_framing(std::string_view part, step& out) noexcept
{
    if (form_ == pass_on::decoded) return;
    out.add(part);
    passed_ += part.size();
}

void body_reader::take_byte(std::string_view byte, step& out)
{
    const char c = byte.front();
    switch (state_) {
    case state::size: return take_size(byte, out);
    case state::size_lf:
        if (c != '\n') break;
        emit_framing(byte, out);
        state_ = remaining_ == 0 ? state::trailer : state::data;
        digits_ = 0;
        return;
    case state::data_cr:
        if (c != '\r') break;
        emit_framing(byte, out);
        state_ = state::data_lf;
        return;
    case state::data_lf:
        if (c != '\n') break;
        emit_framing(byte, out);
        state_ = state::size;
        return;
    default: return take_extension(byte, out);
    }
    state_ = state::bad;
}

// Leading zeros are not passed on, so that the size reads the same to every recipient.
void body_reader::take_size(std::string_view byte, step& out)
{
    const char c = byte.front();
    if (is(c, character::hex)) {
        if (digits_ == most_digits) {
            state_ = state::bad;
            return;
        }
        ++digits_;
        remaining_ = remaining_ * 16 + hex_value(c);
        if (remaining_ != 0) emit_framing(byte, out);
        return;
    }
    state_ = digits_ == 0 ? state::bad : after_value(c);
    if (state_ == state::bad) return;
    // Of several zeros the last is passed on, from the input where it is at hand: it touches what follows.
    if (remaining_ == 0) emit_framing(out.consumed > 0 ? std::string_view(byte.data() - 1, 1) : zero, out);
    if (state_ == state::size_lf) emit_framing(byte, out);
}

// The state after a size or an extension's value, both of which may end the line.
body_reader::state body_reader::after_value(char c) const noexcept
{
    if (c == '\r') return state::size_lf;
    if (c == ';') return state::extension_name;
    return is_blank(c) ? state::extension : state::bad;
}

void body_reader::take_extension(std::string_view byte, step& out)
{
    state_ = ++extensions_ > most_extension_bytes ? state::bad : after_extension_byte(byte.front());
    if (state_ == state::size_lf) emit_framing(byte, out);
}

// chunk-ext = *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )
body_reader::state body_reader::after_extension_byte(char c) const noexcept
{
    const bool token = is(c, character::token), blank = is_blank(c);
    switch (state_) {
    case state::extension: return c == '\r' ? state::bad : after_value(c);
    case state::extension_name:
        if (blank) return state_;
        return token ? state::extension_name_more : state::bad;
    case state::extension_name_more:
        if (token) return state_;
        if (c == '=') return state::extension_value;
        return blank ? state::extension_equals : after_value(c);
    case state::extension_equals:
        if (blank) return state_;
        if (c == '=') return state::extension_value;
        return c == ';' ? state::extension_name : state::bad;
    case state::extension_value:
        if (blank) return state_;
        if (c == '"') return state::extension_quoted;
        return token ? state::extension_value_more : state::bad;
    case state::extension_value_more: return token ? state_ : after_value(c);
    case state::extension_quoted:
        if (c == '"') return state::extension_quote_end;
        if (c == '\\') return state::extension_escaped;
        return quotable(c) ? state_ : state::bad;
    case state::extension_escaped: return quotable(c) ? state::extension_quoted : state::bad;
    case state::extension_quote_end: return after_value(c);
    default: return state::bad;
    }
}

// One line of the trailer section, or a piece of it. Returns the bytes taken.
std::size_t body_reader::take_trailer(std::string_view input, step& out)
{
    const auto end = input.find('\n');
    const bool whole = end != std::string_view::npos;
    const auto piece = input.substr(0, whole ? end + 1 : end);
    if (piece.size() > static_cast<std::size_t>(most_trailer_bytes - trailers_)) {
        state_ = state::bad;
        return 0;
    }
    trailers_ = static_cast<std::uint16_t>(trailers_ + piece.size());
    const bool held = !held_.empty();
    if (held || !whole) held_.append(piece);
    if (whole) {
        if (held) {
            released_.swap(held_);
            held_.clear();
        }
        if (!end_trailer_line(held ? std::string_view(released_) : piece, held, out)) state_ = state::bad;
    }
    return piece.size();
}

bool body_reader::end_trailer_line(std::string_view line, bool held, step& out)
{
    if (line == line_end) {
        emit_framing(held ? line_end : line, out);
        complete_ = true;
        return true;
    }
    if (line.size() < 2 || line[line.size() - 2] != '\r') return false;
    const auto verdict = judge_trailer(line.substr(0, line.size() - 2));
    if (verdict == trailer_verdict::pass) emit_framing(line, out);
    return verdict != trailer_verdict::bad;
}

}  // namespace gatehouse::lb::http
