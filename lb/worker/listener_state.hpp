#pragma once

#include "lb/worker/plan.hpp"
#include "service/acceptor.hpp"

#include <boost/intrusive/list.hpp>

#include <list>
#include <memory>
#include <string>

namespace gatehouse::lb {

class client_connection;
using client_hook = boost::intrusive::list_base_hook<boost::intrusive::tag<client_connection>>;
using client_list = boost::intrusive::list<client_connection, boost::intrusive::base_hook<client_hook>>;

// One listener of one worker over all plans that name it: its sockets, its open connections, and by which plan
// the next request is served. Connections refer to it; it lives until the last one has left.
struct listener_state {
    std::string name;
    const listener_plan* current = nullptr;  // inside the plan the worker serves by; the last one, once gone
    plan_ptr keeps;                          // what `current` points into
    bool leaving = false;                    // not in the plan any more, or the door closes
    std::list<service::acceptor> sockets;
    client_list connections;
};

}  // namespace gatehouse::lb
