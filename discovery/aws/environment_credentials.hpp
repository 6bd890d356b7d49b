#pragma once

#include "discovery/aws/credential_source.hpp"
#include "discovery/aws/environment.hpp"

#include <utility>

namespace gatehouse::discovery::aws {

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. One key without the other is an error.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
class environment_credentials final : public credential_source {
public:
    explicit environment_credentials(environment variables) : variables_(std::move(variables)) {}
    boost::asio::awaitable<source_result> fetch() override;

private:
    environment variables_;
};

}  // namespace gatehouse::discovery::aws
