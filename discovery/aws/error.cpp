#include "discovery/aws/error.hpp"

namespace gatehouse::discovery::aws {
namespace {

std::string what_to_do(const api_error& failed, const std::string& action)
{
    switch (failed.kind) {
    case error_kind::throttled:
        return "AWS throttles " + action + ", ask less often (aws.poll_interval) or for a higher API rate";
    case error_kind::authentication:
        return "AWS does not accept the keys that signed " + action +
               ", check them, and that the account has enabled the region";
    case error_kind::permission:
        return failed.code.empty()
                   ? action + " was refused, but not by IAM, check proxies and endpoints on the way to AWS"
                   : "IAM does not allow " + action + ", add this action to the policy of the node's role";
    case error_kind::expired_token:
        return "the temporary keys that signed " + action + " have expired, they must be renewed: a restart reads new ones from the environment";
    case error_kind::clock_skew:
        return "AWS takes the signature of " + action +
               " for one of another time, check this machine's clock and the end of temporary keys";
    case error_kind::not_found: return action + " names something that does not exist";
    case error_kind::invalid_request: return "AWS does not understand how " + action + " was asked for";
    case error_kind::transient: return "AWS could not do " + action + " for reasons of its own, try again";
    case error_kind::invalid_answer:
        return "what answered " + action + " does not speak as AWS does, check endpoints and proxies";
    }
    return action + " failed";
}

// "(AccessDenied, HTTP 403: User ... is not authorized ...)"
std::string in_brackets(const api_error& failed)
{
    auto said = failed.code;
    if (failed.status != 0) (said += said.empty() ? "HTTP " : ", HTTP ") += std::to_string(failed.status);
    if (!failed.message.empty()) (said += said.empty() ? "" : ": ") += failed.message;
    return said.empty() ? said : " (" + said + ')';
}

}  // namespace

std::string_view to_string(error_kind kind) noexcept
{
    switch (kind) {
    case error_kind::throttled: return "throttled";
    case error_kind::authentication: return "authentication";
    case error_kind::permission: return "permission";
    case error_kind::expired_token: return "expired_token";
    case error_kind::clock_skew: return "clock_skew";
    case error_kind::not_found: return "not_found";
    case error_kind::invalid_request: return "invalid_request";
    case error_kind::transient: return "transient";
    case error_kind::invalid_answer: return "invalid_answer";
    }
    return "unknown";
}

bool is_retryable(error_kind kind) noexcept
{
    return kind == error_kind::throttled || kind == error_kind::expired_token ||
           kind == error_kind::transient || kind == error_kind::invalid_answer;
}

std::string explain(const api_error& failed, std::string_view iam_action)
{
    return what_to_do(failed, std::string(iam_action)) + in_brackets(failed);
}

}  // namespace gatehouse::discovery::aws
