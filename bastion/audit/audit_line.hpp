#pragma once

#include "bastion/audit/audit_record.hpp"

#include <string>

namespace gatehouse::bastion {

// The record as one line of JSON, in printable ASCII, with its newline; at most 24 KiB. Names of texts that were cut
// are listed under "cut", as a user could type the dots.
std::string audit_line(const audit_record& record);

}  // namespace gatehouse::bastion
