#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::lb {

// Which zones the operator has shifted away, and until when. Steady milliseconds; no clock, no I/O.
// After ARC's zonal shift: https://docs.aws.amazon.com/r53recovery/latest/dg/arc-zonal-shift.html
class zone_shifts {
public:
    void shift(const std::string& zone, std::int64_t until_ms) { until_[zone] = until_ms; }  // longer or shorter
    bool end(std::string_view zone);                     // false when it was not away
    std::vector<std::string> expire(std::int64_t now_ms);  // ends those whose time is over, and names them

    bool away(std::string_view zone) const { return until_.contains(zone); }
    // Rounded up: a zone that is away has at least a second left. Empty when it is not.
    std::optional<std::int64_t> seconds_left(std::string_view zone, std::int64_t now_ms) const;

private:
    std::map<std::string, std::int64_t, std::less<>> until_;
};

}  // namespace gatehouse::lb
