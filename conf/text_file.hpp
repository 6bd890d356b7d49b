#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>

namespace gatehouse::conf {

// The content of a regular file of at most `most` bytes. Never blocks: a FIFO or a device is refused
// (not_supported), as are a directory (is_a_directory) and a longer file (file_too_large).
boost::system::result<std::string> read_text_file(const std::string& path, std::size_t most);

// For messages: which file, and why it could not be read.
std::string unreadable(const std::string& path, const boost::system::error_code& why);

}  // namespace gatehouse::conf
