#pragma once

namespace gatehouse::service {

// Exit codes of every Gatehouse program (sysexits.h where it has one).
enum exit_code : int { ok = 0, problem = 1, usage = 2, unreachable = 69, bad_configuration = 78 };

}  // namespace gatehouse::service
