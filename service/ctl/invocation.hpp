#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::service::ctl {

// The command line makes no sense: exit code `usage`.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct option {
    std::string_view name;   // "--admin", "-H"
    std::string_view value;  // "ADDR:PORT", as help shows it; empty when it takes none
    std::string_view help;
    enum class repeats { no, yes } repeat = repeats::no;
};

// The arguments of one sub-command, checked against what it takes.
class invocation {
public:
    // Throws usage_error for an unknown or repeated option, a missing value and a wrong number of operands.
    // "--" ends the options.
    invocation(const std::vector<std::string>& arguments, const std::vector<option>& known,
               std::size_t operand_count);

    const std::vector<std::string>& operands() const noexcept { return operands_; }
    bool has(std::string_view option) const;
    std::string value(std::string_view option) const;  // empty when it was not given
    std::vector<std::string> values(std::string_view option) const;

private:
    std::vector<std::string> operands_;
    std::vector<std::pair<std::string_view, std::string>> given_;
};

}  // namespace gatehouse::service::ctl
