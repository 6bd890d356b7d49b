#pragma once

#include "lb/http/framing.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::lb::http {

// Follows one message body through the bytes of its connection: validates the framing, says where the body
// ends, and which bytes to pass on. Copies nothing but the odd trailer field. No I/O.
//
// Chunked bodies (RFC 9112 7.1) are passed on chunked with extensions removed, or decoded for a peer that
// knows no chunks. Strict: CRLF only, at most 16 hex digits, extensions must be well-formed and together
// under 4 KiB, trailers at most 8 KiB, framing and routing fields in trailers are removed. What is passed on
// is the same canonical coding whatever pieces the input came in, up to the piece that was bad.
class body_reader {
public:
    enum class pass_on : std::uint8_t { chunked, decoded };
    enum class status : std::uint8_t { need_more, complete, bad };

    // What to do with the input just seen.
    struct step {
        status state = status::need_more;
        std::size_t consumed = 0;  // input bytes that belong to the body; the rest is the next message's
        // Ranges to send on, in order, merged where they touch: of the input, of constants, or, for a trailer
        // field that came in pieces, of the reader. They stay true until the reader gets further input.
        std::array<std::string_view, 16> parts{};
        std::size_t part_count = 0;

        // REQUIRES: !full(), unless `part` begins where the last one ended.
        void add(std::string_view part) noexcept;
        // There may not be room for what the next byte brings. The step ended early if consumed says so: call
        // again with the rest.
        bool full() const noexcept { return part_count + 2 > parts.size(); }
    };

    body_reader() = default;
    explicit body_reader(framing body, pass_on form = pass_on::chunked) noexcept;

    // until_close never completes by itself: the connection's end is its end (finish()).
    step consume(std::string_view input);

    // The peer closed: complete for until_close, bad for a body that had more to come.
    status finish() const noexcept;

    bool complete() const noexcept { return complete_; }
    // Body bytes passed on so far, framing included.
    std::uint64_t passed() const noexcept { return passed_; }

private:
    // Where in the grammar of a chunked body the next byte stands.
    enum class state : std::uint8_t {
        size,            // digits of the chunk size
        size_lf,         // after the CR of the size line
        extension,       // after white space: only ";" may follow
        extension_name,  // before the first character of a name
        extension_name_more,
        extension_equals,  // after white space behind a name
        extension_value,   // before the first character of a value
        extension_value_more,
        extension_quoted,
        extension_escaped,
        extension_quote_end,
        data,
        data_cr,
        data_lf,
        trailer,
        bad,
    };

    step consume_plain(std::string_view input);
    step consume_chunked(std::string_view input);
    void take_byte(std::string_view byte, step& out);
    void take_size(std::string_view byte, step& out);
    void take_extension(std::string_view byte, step& out);
    state after_extension_byte(char c) const noexcept;
    std::size_t take_data(std::string_view input, step& out);
    std::size_t take_trailer(std::string_view input, step& out);
    bool end_trailer_line(std::string_view line, bool held, step& out);
    state after_value(char c) const noexcept;
    void emit_framing(std::string_view part, step& out) noexcept;

    framing body_;
    pass_on form_ = pass_on::chunked;
    bool complete_ = true;
    state state_ = state::size;
    std::uint8_t digits_ = 0;       // of the chunk size so far
    std::uint16_t extensions_ = 0;  // bytes of them so far, in all chunks together
    std::uint16_t trailers_ = 0;    // bytes of them so far
    std::uint64_t remaining_ = 0;   // of the body, or of the current chunk
    std::uint64_t passed_ = 0;
    // A trailer line that came in pieces. While it is incomplete it grows in held_; once complete it is
    // passed on from released_, which the next line's pieces do not touch.
    std::string held_, released_;
};

}  // namespace gatehouse::lb::http
