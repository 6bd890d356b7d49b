#pragma once

#include <boost/system/result.hpp>

#include <string>

namespace gatehouse::discovery::aws {

// All of a small file, as it is now; at most 1 MiB: what is longer is no token and no configuration, and an
// error (file_too_large).
boost::system::result<std::string> read_text_file(const std::string& path);

}  // namespace gatehouse::discovery::aws
