#pragma once

namespace gatehouse::conf {

// Whether reading a configuration may open the files it names: certificates, keys, CA files, `${file:}`.
// `skipped` leaves their content unchecked and puts nothing in place of `${file:}`.
enum class file_access { allowed, skipped };

// Which daemons will run with it. Each runs as a user that cannot read the keys of the other, in an environment without
// the other's variables. What the other's section has in files and `${}` is therefore left open, and all else in it is
// checked: a mistake in a file that both share is told to whoever reads it first.
enum class used_by { both, lb, bastion };

}  // namespace gatehouse::conf
