#pragma once

#include "discovery/aws/answer.hpp"
#include "discovery/aws/credentials.hpp"
#include "discovery/aws/http_client.hpp"
#include "discovery/aws/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace gatehouse::discovery::aws {

// The instance metadata service, version 2: what the node this runs on is. Asks with a session token, which
// it keeps until near its end and replaces when it is refused. What does not answer in time fails with
// `transient`; of a token that does not come back, the message names the reason that has in containers. What
// it asked for may be awaited beyond its life. Thread-affine to the executor.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
class imds {
public:
    using clock = std::chrono::steady_clock;

    // 1 s to connect, 2 s in all: what is one hop away answers at once or is not there.
    static http_limits brief();

    // `server` is http://169.254.169.254 but in tests and where IPv6 alone is spoken.
    imds(boost::asio::any_io_executor executor, url server,
         std::function<clock::time_point()> now = clock::now, http_limits limits = brief());
    ~imds();  // ends what is under way, with an error
    imds(const imds&) = delete;
    imds& operator=(const imds&) = delete;

    // What stands at a path below /latest/meta-data/, without blanks around it; empty when nothing does
    // (404).
    boost::asio::awaitable<result<std::optional<std::string>>> look_up(std::string path);

    boost::asio::awaitable<result<std::string>> zone();    // "eu-west-2a"
    boost::asio::awaitable<result<std::string>> region();  // "eu-west-2"
    boost::asio::awaitable<result<std::string>> instance_id();

    // The role that the node has by its instance profile; empty when it has none.
    boost::asio::awaitable<result<std::optional<std::string>>> role();
    // Keys of that role; empty when it has none.
    boost::asio::awaitable<result<std::optional<credentials>>> role_credentials();

    void close();  // as the destructor

private:
    struct state;
    std::shared_ptr<state> state_;  // shared with what is under way
};

}  // namespace gatehouse::discovery::aws
