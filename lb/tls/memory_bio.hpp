#pragma once

#include <openssl/bio.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::lb {

// Where a channel's ciphertext comes from and goes to: what OpenSSL sees as its transport.
struct memory_wire {
    std::string_view fed;          // of the caller's scratch, not read yet
    std::string kept;              // what came before `fed` and had to be copied; empty almost always
    std::size_t kept_read = 0;     // how much of `kept` is read
    std::string* output = nullptr;  // set during a call only
    bool broken = false;           // the channel refuses to go on: reads fail

    bool has_input() const noexcept { return !kept.empty() || !fed.empty(); }
    void keep();          // moves `fed` behind `kept`
    void drop() noexcept;  // forgets all input
    std::size_t take(char* out, std::size_t size) noexcept;
};

// A BIO over `wire`, which must outlive it. Throws std::bad_alloc. The caller (usually an SSL) frees it.
BIO* make_memory_bio(memory_wire& wire);

}  // namespace gatehouse::lb
