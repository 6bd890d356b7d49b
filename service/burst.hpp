#pragma once

namespace gatehouse::service {

// For a job of many small steps, between them. The kernel may let a worker that wakes up wait for a nicer thread until the
// next tick, 4 ms: so that thread sleeps for a moment whenever it has held its core for 0.1 ms. Does nothing on others.
void let_others_run() noexcept;

// This thread yields to all others: begins a burst of work.
void begin_burst() noexcept;

}  // namespace gatehouse::service
