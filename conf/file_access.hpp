#pragma once

namespace gatehouse::conf {

// Whether reading a configuration may open the files it names: certificates, keys, CA files, `${file:}`.
// `skipped` leaves their content unchecked and puts nothing in place of `${file:}`.
enum class file_access { allowed, skipped };

}  // namespace gatehouse::conf
