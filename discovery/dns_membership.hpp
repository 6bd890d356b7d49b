#pragma once

#include "discovery/inventory.hpp"
#include "discovery/name_service.hpp"

#include <boost/asio/ip/address.hpp>

#include <map>
#include <vector>

namespace gatehouse::discovery {

// Who is behind a name, from its answers over time. No clock, no I/O.
// An address joins with the first answer that has it, and leaves when `patience` complete answers in a row
// lack it: resolvers that hand out a part of a long list, or an answer of an old zone, move nobody.
class dns_membership {
public:
    static constexpr unsigned patience = 3;

    dns_membership() = default;
    explicit dns_membership(const std::vector<member>& known);

    // True when the members changed. An empty answer is no evidence and changes nothing.
    bool observe(const name_answer& answer);

    std::vector<member> members() const;  // ordered by id; ids are the addresses as text
    bool empty() const noexcept { return absences_.empty(); }

private:
    std::map<boost::asio::ip::address, unsigned> absences_;  // complete answers in a row that lacked it
};

}  // namespace gatehouse::discovery
