#pragma once

#include "discovery/aws/credential_source.hpp"
#include "discovery/aws/environment.hpp"
#include "discovery/aws/imds.hpp"

#include <utility>

namespace gatehouse::discovery::aws {

// The role of the instance's profile, unless AWS_EC2_METADATA_DISABLED is true. `metadata` must outlive the
// chain that asks.
class instance_credentials final : public credential_source {
public:
    instance_credentials(imds& metadata, environment variables)
        : metadata_(metadata), variables_(std::move(variables))
    {}
    boost::asio::awaitable<source_result> fetch() override;

private:
    imds& metadata_;
    environment variables_;
};

}  // namespace gatehouse::discovery::aws
