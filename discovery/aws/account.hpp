#pragma once

#include "conf/aws.hpp"
#include "discovery/aws/api_client.hpp"
#include "discovery/aws/asg_poll.hpp"
#include "discovery/aws/environment.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>

namespace gatehouse::discovery::aws {

// AWS as the configuration describes it: metadata, region, keys and client put together. Finds region and keys when
// it is first asked, and again after it failed to. Lives on the control thread; `out` must outlive it.
class account {
public:
    account(boost::asio::any_io_executor control, conf::aws settings, service::log& out, request_counter count,
            environment variables = process_environment);
    ~account();  // calls under way end with an error
    account(const account&) = delete;
    account& operator=(const account&) = delete;

    // Calls made with it may be awaited beyond the account's life, and fail then.
    ask_aws caller() const;

    // Where AWS is asked and whose keys sign, as far as they are known by now.
    struct identity {
        std::string region, credentials;  // "eu-west-2", "environment"; empty: not found yet
    };
    boost::asio::awaitable<identity> who() const;

    // By how much polls should be rarer than configured, as AWS throttles: 1 .. 16.
    double poll_slowdown() const noexcept;

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::discovery::aws
