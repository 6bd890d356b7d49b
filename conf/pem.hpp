#pragma once

#include <optional>
#include <string>

namespace gatehouse::conf {

// Each says what is wrong with the file, or nothing. Files are PEM, at most 1 MiB.
std::optional<std::string> check_certificates(const std::string& path);  // one or more, all well-formed
std::optional<std::string> check_private_key(const std::string& path);  // one, without a passphrase

// Whether the key is that of the first certificate. False for files that the checks above refuse.
bool belong_together(const std::string& certificate, const std::string& private_key);

}  // namespace gatehouse::conf
