#pragma once

#include "discovery/aws/credential_source.hpp"
#include "discovery/aws/endpoint.hpp"
#include "discovery/aws/environment.hpp"
#include "discovery/aws/http_client.hpp"

#include <boost/asio/any_io_executor.hpp>

namespace gatehouse::discovery::aws {

// AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, as EKS sets them: the token in the file, which is read anew
// each time, is changed at STS for keys of the role. AWS_ROLE_SESSION_NAME says what CloudTrail calls the
// session, else "gatehouse".
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
class web_identity final : public credential_source {
public:
    // `sts` as endpoint() tells it.
    web_identity(boost::asio::any_io_executor executor, environment variables, url sts,
                 http_limits limits = {});
    boost::asio::awaitable<source_result> fetch() override;
    void close() override { sts_.close(); }

private:
    environment variables_;
    http_client sts_;
};

}  // namespace gatehouse::discovery::aws
