#pragma once

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstdint>
#include <limits>

namespace gatehouse::lb {

class deadline_wheel;
using deadline_hook = boost::intrusive::list_base_hook<boost::intrusive::tag<deadline_wheel>,
                                                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// A moment after which its owner wants to be told. Moving it later costs one store: it stays in its slot, and the
// wheel puts it further when the slot comes up. Its destructor takes it out.
class deadline : public deadline_hook {
public:
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

    deadline() = default;
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    std::int64_t due() const noexcept { return due_; }
    void clear() noexcept { due_ = never; }

protected:
    virtual ~deadline() = default;

private:
    friend deadline_wheel;
    virtual void on_deadline() = 0;  // called once per expiry, with the deadline cleared; may set it again

    std::int64_t due_ = never;
    std::int64_t slot_at_ = never;  // when its slot comes up, while linked
};

// All deadlines of one worker, in slots of 100 ms: no timer object and no heap per operation
// (a connection is touched several times per request, and nearly never expires). A deadline
// is up to one slot late and never early.
class deadline_wheel {
public:
    static constexpr std::int64_t slot_ms = 100;

    // `due` in steady milliseconds.
    void set(deadline& which, std::int64_t due) noexcept;

    // Tells every deadline that is due by `now`. Call about every slot_ms.
    void advance(std::int64_t now);

private:
    using slot = boost::intrusive::list<deadline, boost::intrusive::base_hook<deadline_hook>,
                                         boost::intrusive::constant_time_size<false>>;
    static constexpr std::size_t slots = 512;
    void link(deadline& which) noexcept;

    std::array<slot, slots> ring_;
    std::int64_t tick_ = 0;  // the last slot that was looked at, as time / slot_ms
};

}  // namespace gatehouse::lb
