#pragma once

#include <utility>

namespace gatehouse::bastion {

// One place behind a Gate: hold it exactly as long as it is taken. The gate must outlive it. `Seat` is what the gate
// needs to know again when the place is given back.
template <class Gate, class Seat> class pass {
public:
    pass(pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)), seat_(other.seat_) {}
    pass& operator=(pass&& other) noexcept
    {
        std::swap(gate_, other.gate_);
        std::swap(seat_, other.seat_);
        return *this;
    }
    ~pass()
    {
        if (gate_) gate_->leave(seat_);
    }

private:
    friend Gate;  // only it makes one
    pass(Gate& gate, Seat seat) noexcept : gate_(&gate), seat_(seat) {}

    Gate* gate_;
    Seat seat_;
};

}  // namespace gatehouse::bastion
