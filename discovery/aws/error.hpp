#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::discovery::aws {

// Why AWS did not do what it was asked, as far as it matters for what to do next.
enum class error_kind {
    throttled,        // too many calls: later
    authentication,   // the keys are unknown, wrong or switched off
    permission,       // the keys are good, but a policy does not allow the call
    expired_token,    // temporary keys past their end: with new ones
    clock_skew,       // the signature is too old or too new. EC2 also says so of expired temporary keys
    not_found,        // what the call names is not there
    invalid_request,  // the call is not understood
    transient,        // AWS's own trouble: later
    invalid_answer,   // not what AWS answers: a proxy's page, a cut document
};
std::string_view to_string(error_kind kind) noexcept;  // "throttled", ...

// True when the same call may do better: after a pause, and with renewed keys for expired_token. Not
// clock_skew, where repeating takes another clock or other keys.
bool is_retryable(error_kind kind) noexcept;

// Bytes that are kept of AWS's words.
constexpr std::size_t longest_code = 100, longest_message = 1000;

// A call that failed. Its texts are clean_text()ed.
struct api_error {
    api_error() = default;  // boost::system::result (1.81) default-constructs its error type
    api_error(error_kind what, unsigned http_status, std::string aws_code, std::string text)
        : kind(what), status(http_status), code(std::move(aws_code)), message(std::move(text))
    {}

    error_kind kind = error_kind::invalid_answer;
    unsigned status = 0;  // of HTTP; 0: there was no answer
    std::string code;     // "AccessDenied", ...; empty when the answer has none
    std::string message;  // may be empty
};

// What an answer with an error status says, in the forms of Auto Scaling, STS and CloudWatch (ErrorResponse)
// and of EC2 (Response). Anything else, such as a proxy's page, is judged by its status alone.
api_error read_error(unsigned status, std::string_view body);

// The kind of an error that is known by its code and message.
error_kind classify(unsigned status, std::string_view code, std::string_view message);

// One sentence for the operator: what failed, what to do about it and, in brackets, AWS's own words.
// `iam_action` is the call as an IAM policy names it: "autoscaling:DescribeAutoScalingGroups".
std::string explain(const api_error& failed, std::string_view iam_action);

}  // namespace gatehouse::discovery::aws
