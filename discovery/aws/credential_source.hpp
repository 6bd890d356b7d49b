#pragma once

#include "discovery/aws/answer.hpp"
#include "discovery/aws/credentials.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace gatehouse::discovery::aws {

// Empty: nothing says that keys are to come from this source. An error: something does, and they do not come.
using source_result = result<std::optional<credentials>>;

// One of the places that keys come from. Thread-affine.
class credential_source {
public:
    virtual ~credential_source() = default;

    // The keys as the source has them now. One fetch at a time; must be over when the source goes.
    virtual boost::asio::awaitable<source_result> fetch() = 0;

    virtual void close() {}  // ends a fetch early, and all later ones
};

}  // namespace gatehouse::discovery::aws
