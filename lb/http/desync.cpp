#include "lb/http/desync.hpp"

#include <array>
#include <cstddef>

namespace gatehouse::lb::http {
namespace {

constexpr std::array<std::string_view, 4> tiers{"Compliant", "Acceptable", "Ambiguous", "Severe"};

constexpr std::array<std::string_view, static_cast<std::size_t>(desync_reason::count_)> reasons{
    "-",
    "GetHeadZeroContentLength",
    "NonCompliantHeader",
    "NonCompliantVersion",
    "SpaceInUri",
    "AmbiguousUri",
    "BothTeClPresent",
    "DuplicateContentLength",
    "EmptyHeader",
    "SuspiciousHeader",
    "UndefinedContentLengthSemantics",
    "UndefinedTransferEncodingSemantics",
    "BadContentLength",
    "BadHeader",
    "BadTransferEncoding",
    "BadUri",
    "BadMethod",
    "BadVersion",
    "MultipleContentLength",
    "MultipleTransferEncodingChunked",
};

}  // namespace

std::string_view to_string(desync_class tier) noexcept { return tiers[static_cast<std::size_t>(tier)]; }

std::string_view to_string(desync_reason reason) noexcept
{
    return reasons[static_cast<std::size_t>(reason)];
}

}  // namespace gatehouse::lb::http
