#pragma once

#include <chrono>

namespace gatehouse::bastion {

inline std::chrono::sys_seconds now_seconds()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace gatehouse::bastion
