#pragma once

#include "discovery/aws/error.hpp"
#include "discovery/aws/http_client.hpp"

namespace gatehouse::discovery::aws {

// A call that got no answer, as an error of the call. What cannot be trusted or understood is an
// invalid_answer, everything else transient.
inline api_error unanswered(const http_failure& failed)
{
    const bool wrong = failed.why == http_failure::reason::tls || failed.why == http_failure::reason::invalid;
    return {wrong ? error_kind::invalid_answer : error_kind::transient, 0, "", failed.message};
}

}  // namespace gatehouse::discovery::aws
