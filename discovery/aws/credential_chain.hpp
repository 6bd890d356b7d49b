#pragma once

#include "discovery/aws/credential_source.hpp"
#include "discovery/aws/endpoint.hpp"
#include "discovery/aws/environment.hpp"
#include "discovery/aws/imds.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::discovery::aws {

using credential_sources = std::vector<std::unique_ptr<credential_source>>;

// The sources of the AWS SDKs in their order: environment, web identity, shared files, container, instance
// role. `metadata` must outlive the chain that asks them.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
credential_sources standard_sources(const boost::asio::any_io_executor& executor,
                                    const environment& variables, const std::string& region,
                                    const endpoint_settings& endpoints, imds& metadata);

// The keys that requests are signed with: the first source that has some gives them, and a source that should
// have some and fails is not passed over for a later one, whose rights are others. Keys that end are replaced
// 4 to 5 minutes before; if that fails, they are used to their end, and a new attempt is made every 30 s.
// Keys that are past their end when they arrive are used all the same for those 30 s: which clock is wrong is
// for AWS to say. Logs which source is used whenever that changes, the first failure of a row and its end.
// Never logs keys. Thread-affine to the executor. `out` must outlive it.
class credential_chain {
public:
    using clock = std::chrono::system_clock;

    credential_chain(boost::asio::any_io_executor executor, credential_sources sources, service::log& out,
                     std::function<clock::time_point()> now = clock::now);
    ~credential_chain();  // whoever waits for keys gets an error
    credential_chain(const credential_chain&) = delete;
    credential_chain& operator=(const credential_chain&) = delete;

    // Asks the sources only when it must; callers that come meanwhile wait for the same answer. May be
    // awaited beyond the life of this object.
    boost::asio::awaitable<result<credentials>> current();

    // AWS refused `used` as expired: the next current() asks for others, unless it has others already.
    void refuse(const credentials& used);

private:
    struct state;
    std::shared_ptr<state> state_;  // shared with who waits for keys
};

}  // namespace gatehouse::discovery::aws
