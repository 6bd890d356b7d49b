#include "discovery/aws/environment_credentials.hpp"

namespace gatehouse::discovery::aws {

boost::asio::awaitable<source_result> environment_credentials::fetch()
{
    credentials keys;
    keys.access_key = variables_("AWS_ACCESS_KEY_ID");
    keys.secret_key = variables_("AWS_SECRET_ACCESS_KEY");
    keys.session_token = variables_("AWS_SESSION_TOKEN");
    keys.source = "environment";
    if (keys.access_key.empty() && keys.secret_key.empty()) co_return std::nullopt;
    if (!is_usable(keys))
        co_return api_error(
            error_kind::authentication, 0, "",
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN are no usable keys");
    co_return keys;
}

}  // namespace gatehouse::discovery::aws
