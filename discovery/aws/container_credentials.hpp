#pragma once

#include "discovery/aws/credential_source.hpp"
#include "discovery/aws/environment.hpp"
#include "discovery/aws/http_client.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>

namespace gatehouse::discovery::aws {

// Where the environment says that a container's keys are: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI below
// http://169.254.170.2 (ECS), else AWS_CONTAINER_CREDENTIALS_FULL_URI (EKS Pod Identity). As the request may
// carry a token, plain http is refused but to this machine, 169.254.170.2, 169.254.170.23 and [fd00:ec2::23].
// Empty when neither is set. Pure.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
result<std::optional<url>> container_endpoint(const environment& variables);

// The endpoint that a container's orchestrator sets up, with AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE (read
// anew each time) or AWS_CONTAINER_AUTHORIZATION_TOKEN as Authorization field.
class container_credentials final : public credential_source {
public:
    container_credentials(boost::asio::any_io_executor executor, environment variables)
        : executor_(std::move(executor)), variables_(std::move(variables))
    {}
    boost::asio::awaitable<source_result> fetch() override;
    void close() override;

private:
    boost::asio::any_io_executor executor_;
    environment variables_;
    std::unique_ptr<http_client> endpoint_;  // of the fetch under way
    bool closed_ = false;
};

}  // namespace gatehouse::discovery::aws
