#pragma once

#include <cstdlib>
#include <functional>
#include <string>

namespace gatehouse::discovery::aws {

// Tells an environment variable's value: empty when it is unset, which AWS's tools do not tell from empty.
using environment = std::function<std::string(const char* name)>;

// The environment of this process, as it is when asked. Not while another thread changes it.
inline std::string process_environment(const char* name)
{
    const char* const value = std::getenv(name);
    return value ? value : "";
}

}  // namespace gatehouse::discovery::aws
