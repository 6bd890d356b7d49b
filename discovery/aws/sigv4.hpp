#pragma once

#include "discovery/aws/credentials.hpp"
#include "discovery/aws/request.hpp"

#include <chrono>
#include <string>
#include <string_view>

// AWS Signature Version 4 in request fields; pure, so the same arguments make the same signature.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
namespace gatehouse::discovery::aws {

// Adds X-Amz-Date, X-Amz-Security-Token (when there is one) and Authorization, in place of those that an
// earlier attempt left behind. Signs every other field but those that a proxy may change, so fields that are
// added later are not covered. AWS takes the signature for 5 to 15 minutes around `now`. `by` must be usable,
// see is_usable().
void sign(http_request& what, const credentials& by, std::string_view region, std::string_view service,
          std::chrono::system_clock::time_point now);

// The steps of sign(), in their order.

// A service either takes "." and ".." segments and doubled slashes out of the path before it looks at the
// signature, as nearly all do, or takes the path as it was sent, as S3 does.
enum class path_form { normalised, as_sent };
std::string canonical_request(const http_request& what, path_form path = path_form::normalised);

struct signing_scope {
    std::chrono::system_clock::time_point time;
    std::string_view region, service;  // "eu-west-1", "autoscaling"; must outlive the scope
};
std::string string_to_sign(std::string_view canonical_request, const signing_scope& scope);
std::string signature(std::string_view string_to_sign, std::string_view secret_key,
                      const signing_scope& scope);

}  // namespace gatehouse::discovery::aws
