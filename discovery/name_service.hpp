#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::discovery {

// What a name stands for.
struct name_answer {
    std::vector<boost::asio::ip::address> addresses;
    bool complete = true;  // false: one address family could not be asked
};
using name_result = boost::system::result<name_answer>;

// Turns a name into its addresses. Failures: asio::error::host_not_found, host_not_found_try_again,
// timed_out, ...
class name_service {
public:
    virtual ~name_service() = default;
    virtual boost::asio::awaitable<name_result> lookup(std::string name) = 0;
};

// Joins what the two address families answered. A family that has no record is a complete answer, whatever
// the other one said; a family that failed makes the answer incomplete.
name_result join_families(const name_result& v4, const name_result& v6);

// The system's resolver (getaddrinfo), A and AAAA, with a deadline. getaddrinfo cannot be interrupted and may
// hang for half a minute, so it runs on a thread of its own: neither another name nor the end of the process
// waits for it. One object looks up one name at a time, and starts no second thread while the first one
// hangs. Thread-affine to the executor its lookups run on.
class system_names final : public name_service {
public:
    explicit system_names(std::chrono::milliseconds patience = std::chrono::seconds(5));
    boost::asio::awaitable<name_result> lookup(std::string name) override;

private:
    struct question;
    void begin(std::string name);  // throws std::system_error when no thread or descriptor is left
    std::chrono::milliseconds patience_;
    std::shared_ptr<question> running_;
};

}  // namespace gatehouse::discovery
