#pragma once

#include "discovery/aws/answer.hpp"
#include "discovery/aws/credential_chain.hpp"
#include "discovery/aws/endpoint.hpp"
#include "discovery/aws/form.hpp"
#include "discovery/aws/http_client.hpp"
#include "discovery/aws/retry_policy.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::discovery::aws {

// One call in the AWS Query protocol.
struct api_call {
    std::string service;  // as endpoint() takes it
    std::string action;   // "DescribeInstances", as in `parameters`: what its requests are counted under
    form parameters;
};

struct api_settings {
    std::string region;
    endpoint_settings endpoints;
    retry_settings retries;
    http_limits limits;
};

// Told of every request that was sent, for gatehouse_aws_requests_total{service,operation,result}. `result`
// is "success", a to_string(error_kind), or why there was no answer: "unresolved", "refused", "tls",
// "timeout", "reset", "invalid".
using request_counter =
    std::function<void(const std::string& service, const std::string& operation, std::string_view result)>;

// Calls AWS: signs, sends, tries again what may succeed then. Several calls may be under way at once.
// Keys that AWS calls expired are replaced, and the call is made once more. So it is when AWS finds the time
// of a signature wrong: by then the clock is corrected to AWS's own, for all later calls too, with a warning.
// Thread-affine to the executor. `keys` and `out` must outlive it.
class api_client {
public:
    api_client(boost::asio::any_io_executor executor, api_settings settings, credential_chain& keys,
               service::log& out, request_counter count,
               std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now);
    ~api_client();  // calls under way end with an error
    api_client(const api_client&) = delete;
    api_client& operator=(const api_client&) = delete;

    // The body of the answer with status 200. May be awaited beyond the life of this object.
    boost::asio::awaitable<result<std::string>> ask(api_call what);

    // By how much polls should be rarer, see retry_policy.
    unsigned poll_slowdown() const noexcept;

private:
    struct state;
    std::shared_ptr<state> state_;  // shared with the calls under way
};

}  // namespace gatehouse::discovery::aws
