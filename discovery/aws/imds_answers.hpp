#pragma once

#include "discovery/aws/answer.hpp"
#include "discovery/aws/credentials.hpp"

#include <string>
#include <string_view>

// What the givers of temporary keys answer. `source` becomes credentials::source.
namespace gatehouse::discovery::aws {

// The JSON of the instance metadata (latest/meta-data/iam/security-credentials/ROLE) and of the container
// endpoints of ECS and EKS Pod Identity. The metadata tells of a role that cannot be assumed with status 200,
// too: a permission error.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
result<credentials> read_role_credentials(std::string_view body, std::string source);

// The error of such an endpoint: JSON with a code and a message, a page, plain text or nothing.
api_error read_role_error(unsigned status, std::string_view body);

// The XML answer to AssumeRoleWithWebIdentity; its errors are for read_error().
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
result<credentials> read_web_identity(std::string_view xml, std::string source);

}  // namespace gatehouse::discovery::aws
