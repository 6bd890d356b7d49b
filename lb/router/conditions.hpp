#pragma once

#include "conf/rule.hpp"
#include "lb/router/glob.hpp"
#include "lb/router/route_request.hpp"
#include "service/address_block.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::lb {

// The `match:` of one rule, compiled. Immutable.
class conditions {
public:
    enum class kind : std::uint8_t { none, method, source, host, path, header, query };

    // The first condition that does not hold, in the order of `kind`; `none` when all of them do.
    struct mismatch {
        kind what = kind::none;
        std::size_t index = 0;  // which header or query condition
    };

    explicit conditions(const conf::match& from);

    // `host` is host_of(asked): every rule of a table asks for it.
    mismatch check(const route_request& asked, std::string_view host) const noexcept;
    // "host www.example.com does not match api.example.com or *.example.org"
    std::string describe(mismatch why, const route_request& asked) const;

private:
    struct named {
        glob name;
        std::vector<glob> values;
    };

    static bool found(const named& wanted, const route_request& asked) noexcept;
    static bool present(const named& wanted, std::string_view query) noexcept;

    std::vector<std::string> methods_;
    std::vector<service::address_block> sources_;
    std::vector<std::string> source_texts_;
    std::vector<glob> hosts_, paths_;
    std::vector<named> headers_, queries_;
};

}  // namespace gatehouse::lb
