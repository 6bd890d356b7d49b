#include "discovery/aws/error.hpp"

#include <array>
#include <optional>

namespace gatehouse::discovery::aws {
namespace {

struct known_code {
    std::string_view code;  // without "Exception" or "Fault" at its end, which some services add
    error_kind kind;
};

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, the "Common Errors" of Auto
// Scaling, STS and CloudWatch, and, from "AssumeRoleUnauthorizedAccess" on, what the instance metadata calls
// its own troubles.
constexpr std::array known_codes{
    known_code{"Throttling", error_kind::throttled},
    known_code{"Throttled", error_kind::throttled},
    known_code{"EC2Throttled", error_kind::throttled},
    known_code{"RequestLimitExceeded", error_kind::throttled},
    known_code{"RequestThrottled", error_kind::throttled},
    known_code{"TooManyRequests", error_kind::throttled},
    known_code{"BandwidthLimitExceeded", error_kind::throttled},
    known_code{"SlowDown", error_kind::throttled},
    known_code{"AuthFailure", error_kind::authentication},
    known_code{"InvalidClientTokenId", error_kind::authentication},
    known_code{"InvalidAccessKeyId", error_kind::authentication},
    known_code{"UnrecognizedClient", error_kind::authentication},
    known_code{"SignatureDoesNotMatch", error_kind::authentication},
    known_code{"InvalidSignature", error_kind::authentication},
    known_code{"IncompleteSignature", error_kind::authentication},
    known_code{"MissingAuthenticationToken", error_kind::authentication},
    known_code{"InvalidIdentityToken", error_kind::authentication},
    known_code{"OptInRequired", error_kind::authentication},
    known_code{"RegionDisabled", error_kind::authentication},
    known_code{"Blocked", error_kind::authentication},
    known_code{"PendingVerification", error_kind::authentication},
    known_code{"AccessDenied", error_kind::permission},
    known_code{"UnauthorizedOperation", error_kind::permission},
    known_code{"NotAuthorized", error_kind::permission},
    known_code{"IDPRejectedClaim", error_kind::permission},
    known_code{"ExpiredToken", error_kind::expired_token},
    known_code{"TokenRefreshRequired", error_kind::expired_token},
    known_code{"RequestExpired", error_kind::clock_skew},
    known_code{"RequestTimeTooSkewed", error_kind::clock_skew},
    known_code{"RequestInTheFuture", error_kind::clock_skew},
    known_code{"NoSuchEntity", error_kind::not_found},
    known_code{"InternalFailure", error_kind::transient},
    known_code{"InternalError", error_kind::transient},
    known_code{"InternalServerError", error_kind::transient},
    known_code{"InternalService", error_kind::transient},
    known_code{"ServiceUnavailable", error_kind::transient},
    known_code{"Unavailable", error_kind::transient},
    known_code{"RequestTimeout", error_kind::transient},
    known_code{"IDPCommunicationError", error_kind::transient},
    known_code{"ResourceContention", error_kind::transient},
    known_code{"ScalingActivityInProgress", error_kind::transient},
    known_code{"AssumeRoleUnauthorizedAccess", error_kind::permission},
};

std::string_view without_suffix(std::string_view code)
{
    for (const std::string_view suffix : {"Exception", "Fault"})
        if (code.ends_with(suffix)) return code.substr(0, code.size() - suffix.size());
    return code;
}

std::optional<error_kind> kind_of_code(std::string_view code)
{
    const auto plain = without_suffix(code);
    for (const auto& known : known_codes)
        if (known.code == plain) return known.kind;
    if (plain.ends_with("NotFound")) return error_kind::not_found;  // InvalidInstanceID.NotFound, ...
    return std::nullopt;
}

// A wrong clock comes as a bad signature; the message alone tells which of the two it is.
bool tells_of_time(std::string_view message)
{
    return message.starts_with("Signature expired") || message.starts_with("Signature not yet current");
}

// Auto Scaling has no code of its own for an instance, a group or a lifecycle action that is gone.
bool tells_of_absence(std::string_view message)
{
    return message.find("not found") != std::string_view::npos ||
           message.starts_with("No active Lifecycle Action found");
}

error_kind kind_of_status(unsigned status)
{
    switch (status) {
    case 0: return error_kind::transient;
    case 401: return error_kind::authentication;
    case 403: return error_kind::permission;
    case 404: return error_kind::not_found;
    case 408: return error_kind::transient;
    case 429: return error_kind::throttled;
    default: break;
    }
    if (status >= 500 && status < 600) return error_kind::transient;
    return status >= 400 && status < 500 ? error_kind::invalid_request : error_kind::invalid_answer;
}

}  // namespace

error_kind classify(unsigned status, std::string_view code, std::string_view message)
{
    if (code == "ValidationError")
        return tells_of_absence(message) ? error_kind::not_found : error_kind::invalid_request;
    const auto kind = kind_of_code(code).value_or(kind_of_status(status));
    return kind == error_kind::authentication && tells_of_time(message) ? error_kind::clock_skew : kind;
}

}  // namespace gatehouse::discovery::aws
