#pragma once

#include <chrono>
#include <random>

namespace gatehouse::discovery {

// A period spread by up to a tenth either way, so that nodes and groups started together do not stay in step.
template <class Random>
std::chrono::milliseconds jittered(std::chrono::milliseconds period, Random& random)
{
    const auto tenth = period.count() / 10;
    std::uniform_int_distribution<std::chrono::milliseconds::rep> spread(-tenth, tenth);
    return std::chrono::milliseconds(period.count() + spread(random));
}

}  // namespace gatehouse::discovery
