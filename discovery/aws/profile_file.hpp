#pragma once

#include "discovery/aws/credential_source.hpp"
#include "discovery/aws/environment.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace gatehouse::discovery::aws {

using profile = std::map<std::string, std::string, std::less<>>;  // settings; keys in lower case
using profiles = std::map<std::string, profile, std::less<>>;     // by name

// In `credentials` a profile is headed [NAME], in `config` [profile NAME] or [default].
enum class profile_form { credentials, config };

// Reads the text of a shared file. What no profile needs is left out: other sections, nested settings, lines
// that are none. A setting that is repeated counts as it is last.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
profiles parse_profiles(std::string_view text, profile_form form);

// The keys in the profile that AWS_PROFILE names, else in "default", from AWS_SHARED_CREDENTIALS_FILE
// (~/.aws/credentials) and AWS_CONFIG_FILE (~/.aws/config); the first of them that has keys wins. Read anew
// each time. A file or profile that is named but not there is an error, and so is a profile without keys that
// says how to get some: other programs and roles of other accounts are not asked.
class profile_file final : public credential_source {
public:
    explicit profile_file(environment variables) : variables_(std::move(variables)) {}
    boost::asio::awaitable<source_result> fetch() override;

private:
    environment variables_;
};

}  // namespace gatehouse::discovery::aws
