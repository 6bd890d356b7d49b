#include "service/shortage.hpp"

#include <system_error>

namespace gatehouse::service {

namespace {

constexpr std::chrono::seconds over_after(2), between_warnings(10);

}  // namespace

// One that begins within the quiet is told when it lasts longer: acceptors try again all the time.
void shortage::met(int error, clock::time_point now)
{
    const std::scoped_lock lock(mutex_);
    last_met_ = now;
    if (told_ || now < quiet_until_) return;
    told_ = true;
    quiet_until_ = now + between_warnings;
    out_.warning("connections cannot be accepted, they wait", {{"reason", std::generic_category().message(error)}});
}

void shortage::each_second(clock::time_point now)
{
    const std::scoped_lock lock(mutex_);
    if (!told_ || now - last_met_ < over_after) return;
    told_ = false;
    out_.info("connections are accepted again");
}

}  // namespace gatehouse::service
