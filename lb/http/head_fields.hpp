#pragma once

#include "lb/http/field.hpp"
#include "lb/http/framing.hpp"
#include "lb/http/framing_field.hpp"
#include "lb/http/head_scanner.hpp"
#include "lb/refusal.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace gatehouse::lb::http {

// Takes the fields of one head as a parser finds them, refuses those that are not what RFC 9112 5 calls a
// field line, and knows afterwards what they say together about framing, connection and host. Lives for one
// head.
class head_fields {
public:
    // `head` and `out` must outlive this; slices are relative to `head`.
    head_fields(std::string_view head, const head_limits& limits, std::vector<field>& out) noexcept;

    // Anything but refusal::none ends the head. Name and value as Beast hands them out: the name checked to
    // be a token, the value trimmed and free of controls, but perhaps unfolded into a buffer of its own.
    refusal add(std::string_view name, std::string_view value);

    // Marks what the Connection field names as hop-by-hop. Call once, after the last field.
    void finish() noexcept;

    // Content-Length and Transfer-Encoding together (RFC 9112 6.3), as far as a request and a response agree:
    // refusal::none and at most one of length() and chunked(), or what is wrong.
    refusal framing_problem(http::version spoken) const noexcept;
    const std::optional<std::uint64_t>& length() const noexcept { return length_; }
    bool chunked() const noexcept { return codings_.only_chunked(); }
    bool any_transfer_encoding() const noexcept { return codings_.any(); }

    unsigned hosts() const noexcept { return hosts_; }
    slice host() const noexcept { return host_; }
    bool expects_continue() const noexcept { return expect_continue_; }
    bool persistent(http::version spoken) const noexcept;
    bool upgrade() const noexcept { return option_upgrade_ && upgrade_field_ && !upgrade_to_http2_; }

private:
    refusal note(field& line, std::string_view value) noexcept;
    refusal note_length(std::string_view value) noexcept;
    refusal note_options(std::string_view value) noexcept;
    void note_upgrade(std::string_view value) noexcept;
    void mark_named(std::string_view option) noexcept;

    std::string_view head_;
    const head_limits& limits_;
    std::vector<field>& fields_;
    std::optional<std::uint64_t> length_;
    transfer_codings codings_;
    slice host_;
    unsigned hosts_ = 0, options_ = 0;
    bool option_close_ = false, option_keep_alive_ = false, option_upgrade_ = false, option_other_ = false;
    bool upgrade_field_ = false, upgrade_to_http2_ = false, expect_continue_ = false;
};

}  // namespace gatehouse::lb::http
