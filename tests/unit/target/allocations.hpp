#pragma once

#include <cstddef>

// How often this program has called operator new so far, on any thread.
std::size_t allocations() noexcept;
