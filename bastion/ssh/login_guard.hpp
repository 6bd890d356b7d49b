#pragma once

#include <cstdint>

namespace gatehouse::bastion {

// What a client may spend before it has logged in, and how often it may fail. libssh has no such limits, and is silent
// about a signature that does not verify or a key that it cannot parse: no answer and no message. Those are known by
// the login requests that came and left no message. Counts; does no I/O.
class login_guard {
public:
    // A login needs 2 KiB, with many keys and certificates 30 KiB.
    static constexpr std::uint64_t most_bytes = 64 * 1024;

    explicit login_guard(unsigned most_tries) noexcept : most_tries_(most_tries) {}

    static bool too_much(std::uint64_t bytes) noexcept { return bytes > most_bytes; }

    // The client may try from now on.
    void begin() noexcept { begun_ = true; }
    bool begun() const noexcept { return begun_; }

    void heard_message() noexcept { ++expected_; }  // of a login request

    // How many of all the login requests left no message, since it was last asked.
    std::uint64_t take_silent(std::uint64_t requests) noexcept
    {
        if (!begun_ || requests <= expected_) return 0;
        const auto silent = requests - expected_;
        expected_ = requests;
        return silent;
    }

    // True when this failure was one too many.
    bool failed() noexcept { return ++failures_ >= most_tries_; }

private:
    unsigned most_tries_;
    bool begun_ = false;
    std::uint64_t expected_ = 0;  // requests, had each left a message
    unsigned failures_ = 0;
};

}  // namespace gatehouse::bastion
