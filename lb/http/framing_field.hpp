#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::lb::http {

// The value of a Content-Length: digits only and below 2^64. Empty for anything else, a list included.
std::optional<std::uint64_t> parse_content_length(std::string_view value) noexcept;

// What the Transfer-Encoding fields of one head amount to (RFC 9112 6.1). Feed every one, in order.
class transfer_codings {
public:
    void add(std::string_view value) noexcept;

    bool any() const noexcept { return any_; }
    bool malformed() const noexcept { return malformed_; }  // not a list of codings
    bool only_chunked() const noexcept
    {
        return chunked_ == 1 && !malformed_ && !parameters_ && !other_;
    }
    bool parameters() const noexcept { return parameters_; }  // of chunked, which has none (RFC 9112 7.1)
    bool repeated_chunked() const noexcept { return chunked_ > 1; }
    bool after_chunked() const noexcept { return after_chunked_; }  // chunked is not the last coding
    bool unregistered() const noexcept { return unregistered_; }  // a coding the IANA registry does not have

private:
    void add_coding(std::string_view coding) noexcept;

    bool any_ = false, malformed_ = false, other_ = false, unregistered_ = false;
    bool parameters_ = false, after_chunked_ = false;
    unsigned chunked_ = 0;
};

// Whether some parsers take the name for Content-Length or Transfer-Encoding although it is neither: other
// separators, or characters that a sloppy reader drops or folds to ASCII letters ("Transfer_Encoding").
bool looks_like_framing(std::string_view name) noexcept;

}  // namespace gatehouse::lb::http
