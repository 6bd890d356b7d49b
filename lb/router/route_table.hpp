#pragma once

#include "conf/listener.hpp"
#include "lb/router/route_request.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::lb {

// The rules of one listener, compiled. Immutable. First match wins; the default action has index
// rules().size(). Matching is ALB's: host without port, case-insensitive, `*` and `?`; path case-sensitive
// and without query, as sent: "/%61" is not "/a"; method exact; header values case-insensitive globs over
// every field of that name; query keys and values as sent or percent-decoded once, case-insensitive globs in
// which `\*` and `\?` stand for themselves (so the key `*` asks for a value under any key); source by
// network. Linear in the rules, allocates nothing.
class route_table {
public:
    explicit route_table(const conf::listener& from);

    std::size_t match(const route_request& asked) const noexcept;
    const conf::action& action(std::size_t index) const noexcept;
    const std::string& name(std::size_t index) const noexcept;  // "default" for the default action
    std::size_t rules() const noexcept { return rules_.size(); }

    // One sentence per rule up to the one that matched: "rule canary: host api.example.com does not match
    // ...".
    std::vector<std::string> explain(const route_request& asked) const;

private:
    struct compiled;
    std::vector<std::shared_ptr<const compiled>> rules_;
    conf::action default_;
};

}  // namespace gatehouse::lb
