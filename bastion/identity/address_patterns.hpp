#pragma once

#include "conf/units.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// The clients that a key or certificate may come from. An IPv4 client on an IPv6 socket (::ffff:a.b.c.d) is
// an IPv4 client. No names are looked up, as in sshd without UseDNS.
class address_patterns {
public:
    // The value of from=: networks, addresses and wildcards (`*`, `?`), each negated by a `!` before it. A
    // host name is allowed and matches nobody; negated it is refused, as it could not keep anybody out. The
    // error is a sentence for the operator.
    static boost::system::result<address_patterns, std::string> parse(std::string_view list);

    // The value of a certificate's source-address: networks and addresses only.
    static boost::system::result<address_patterns, std::string> parse_networks(std::string_view list);

    // True when a pattern matches and no negated one does.
    bool admit(const boost::asio::ip::address& client) const;

private:
    struct pattern {
        std::optional<conf::network> network;
        std::string wildcard;  // without a network: of the address as text
        bool negated = false;
        bool matches(const boost::asio::ip::address& client, std::string_view text) const;
    };

    std::vector<pattern> patterns_;
};

}  // namespace gatehouse::bastion
