#pragma once

#include "service/ctl/program.hpp"
#include "tests/unit/service/loopback.hpp"
#include "tests/unit/service/scratch.hpp"

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::service::ctl {

struct outcome {
    int code;
    std::string out, err;
};

inline outcome run(std::vector<std::string> arguments)
{
    std::ostringstream out, err;
    const int code = ctl::run(arguments, {out, err});
    return {code, out.str(), err.str()};
}

// An admin API with canned answers, which keeps the last call.
struct scripted_daemon : running_admin {
    void answer(std::string method, std::string path, unsigned status, std::string body)
    {
        server.route(std::move(method), std::move(path), [this, status, body](const admin_request& asked) {
            last_path = asked.path;
            last_query = asked.query;
            last_body = asked.body;
            return admin_response{status, "application/json", body};
        });
    }

    // What the command does that is told where the daemon is.
    outcome ask(std::vector<std::string> arguments)
    {
        if (port == 0) start("secret");
        arguments.insert(arguments.end(), {"--admin", "localhost:" + std::to_string(port)});
        settle();
        auto told = run(std::move(arguments));
        settle();
        return told;
    }

    environment_variable token{"GATEHOUSE_ADMIN_TOKEN", "secret"};
    std::string last_path, last_query, last_body;
};

}  // namespace gatehouse::service::ctl
