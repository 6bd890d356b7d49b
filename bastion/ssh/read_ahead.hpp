#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace gatehouse::bastion {

// libssh takes 4 KiB at a time from its socket and polls before each, which was a third of the CPU time of an upload.
// While one of these lives, what libssh on this thread reads from `descriptor` comes out of larger reads into `buffer`.
// One at a time per thread. Who ends it while it holds something loses that.
//
// libssh offers no way to read for it, so this program has a recv() and a poll() of its own, which the dynamic linker
// finds before the C library's (ld.so(8)); to everybody else they are the system's.
class read_ahead {
public:
    read_ahead(int descriptor, std::span<char> buffer);
    ~read_ahead();
    read_ahead(const read_ahead&) = delete;
    read_ahead& operator=(const read_ahead&) = delete;

    bool holds() const noexcept { return !held_.empty(); }
    int descriptor() const noexcept { return descriptor_; }

    // As recv(2), which they stand for.
    std::ptrdiff_t receive(void* into, std::size_t size, int flags);

private:
    int descriptor_;
    std::span<char> buffer_;
    std::string_view held_;  // of the buffer, not asked for yet
};

// While one of these lives, libssh on this thread reads nothing from `descriptor`, where it would do so whenever it writes.
class reads_paused {
public:
    explicit reads_paused(int descriptor);
    ~reads_paused();
    reads_paused(const reads_paused&) = delete;
    reads_paused& operator=(const reads_paused&) = delete;
};

}  // namespace gatehouse::bastion
