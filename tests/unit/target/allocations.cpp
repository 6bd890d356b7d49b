#include "tests/unit/target/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> calls{0};

void* counted(std::size_t size, std::size_t alignment) noexcept
{
    calls.fetch_add(1, std::memory_order_relaxed);
    // aligned_alloc wants a multiple of the alignment.
    const auto whole = size == 0 ? alignment : (size + alignment - 1) / alignment * alignment;
    return std::aligned_alloc(alignment, whole);
}

void* counted_or_throw(std::size_t size, std::size_t alignment)
{
    if (void* found = counted(size, alignment)) return found;
    throw std::bad_alloc();
}

constexpr std::size_t usual = alignof(std::max_align_t);

}  // namespace

std::size_t allocations() noexcept
{
    return calls.load(std::memory_order_relaxed);
}

// All forms of one object that this program meets: a form left to a sanitizer would not pair with our delete.
void* operator new(std::size_t size)
{
    return counted_or_throw(size, usual);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    return counted(size, usual);
}
void* operator new(std::size_t size, std::align_val_t alignment)
{
    return counted_or_throw(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}
