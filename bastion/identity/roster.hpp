#pragma once

#include "bastion/identity/authorized_keys.hpp"
#include "bastion/identity/key_rules.hpp"
#include "bastion/identity/login_judge.hpp"
#include "bastion/identity/revocation_list.hpp"
#include "conf/bastion.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// Everybody who may log in, and by what: the users of the configuration with the keys that their files hold, the CAs
// and what was revoked. An immutable value.
class roster {
public:
    // Reads the files that the configuration names. A line that is refused takes no other with it and is told in
    // `problems`, and so is a user's file that is gone or no good. Throws std::runtime_error when one of the CAs' files
    // cannot be read, or the revocation list is not understood: who had a good roster keeps it.
    static roster load(const conf::bastion& from, std::vector<std::string>& problems);

    // The files that load() reads.
    static std::vector<std::string> files(const conf::bastion& from);

    // Whether the key lets this user in. Who is not in the configuration needs a certificate of the CAs of every user.
    login_verdict judge(std::string_view user, std::string_view shown, const boost::asio::ip::address& client,
                        std::chrono::sys_seconds now) const;

    bool knows(std::string_view user) const;                                // by name
    std::span<const std::string> groups_of(std::string_view user) const;  // of people; as long as the roster lives
    bool is_admin(std::string_view user) const;

private:
    struct person {
        authorized_keys keys;
        std::vector<std::string> groups;
    };
    std::map<std::string, person, std::less<>> people_;
    std::vector<std::string> admins_;
    std::vector<public_key> authorities_;
    std::optional<revocation_list> revoked_;
    key_rules rules_;
};

}  // namespace gatehouse::bastion
