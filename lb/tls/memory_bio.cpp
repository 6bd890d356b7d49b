#include "lb/tls/memory_bio.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace gatehouse::lb {
namespace {

memory_wire& wire_of(BIO* bio) noexcept
{
    return *static_cast<memory_wire*>(BIO_get_data(bio));
}

int read_wire(BIO* bio, char* out, std::size_t size, std::size_t* taken) noexcept
{
    auto& wire = wire_of(bio);
    BIO_clear_retry_flags(bio);
    *taken = wire.broken ? 0 : wire.take(out, size);
    if (*taken > 0) return 1;
    if (!wire.broken) BIO_set_retry_read(bio);
    return 0;
}

int write_wire(BIO* bio, const char* data, std::size_t size, std::size_t* written) noexcept
{
    auto& wire = wire_of(bio);
    BIO_clear_retry_flags(bio);
    *written = 0;
    if (!wire.output) return 0;
    try {
        wire.output->append(data, size);
    } catch (const std::bad_alloc&) {  // must not unwind through OpenSSL's frames
        return 0;
    }
    *written = size;
    return 1;
}

long control_wire(BIO*, int command, long, void*) noexcept
{
    return command == BIO_CTRL_FLUSH ? 1 : 0;  // appending is flushing
}

const BIO_METHOD* wire_method()
{
    static const BIO_METHOD* const method = [] {  // lives as long as the process: BIOs point to it
        auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gatehouse memory");
        if (!made) throw std::bad_alloc();
        BIO_meth_set_read_ex(made, read_wire);
        BIO_meth_set_write_ex(made, write_wire);
        BIO_meth_set_ctrl(made, control_wire);
        return made;
    }();
    return method;
}

}  // namespace

void memory_wire::keep()
{
    if (fed.empty()) return;
    kept.erase(0, kept_read);
    kept_read = 0;
    kept.append(fed);
    fed = {};
}

void memory_wire::drop() noexcept
{
    std::string().swap(kept);  // clear() would keep the memory
    kept_read = 0;
    fed = {};
}

std::size_t memory_wire::take(char* out, std::size_t size) noexcept
{
    if (kept.empty()) {
        const auto count = std::min(size, fed.size());
        if (count > 0) std::memcpy(out, fed.data(), count);
        fed.remove_prefix(count);
        return count;
    }
    const auto count = std::min(size, kept.size() - kept_read);
    std::memcpy(out, kept.data() + kept_read, count);
    kept_read += count;
    if (kept_read == kept.size()) {
        std::string().swap(kept);
        kept_read = 0;
    }
    return count;
}

BIO* make_memory_bio(memory_wire& wire)
{
    auto* bio = BIO_new(wire_method());
    if (!bio) throw std::bad_alloc();
    BIO_set_data(bio, &wire);
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace gatehouse::lb
