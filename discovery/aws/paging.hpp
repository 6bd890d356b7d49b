#pragma once

#include "discovery/aws/answer.hpp"
#include "discovery/aws/asg_poll.hpp"
#include "discovery/aws/form.hpp"
#include "discovery/aws/xml_answer.hpp"
#include "service/background.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// GCC 12 takes the delete of a coroutine frame that it inlined for another allocator's.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace gatehouse::discovery::aws {

// A call whose answer comes in pages.
struct paged_call {
    std::string service, action, version;
    std::vector<std::pair<std::string, std::string>> parameters;
};

template <class T> using page_reader = std::function<result<page<T>>(std::string_view)>;

constexpr unsigned most_pages = 2000;  // of one list: far beyond what an account may hold

// Every page of a list, read by `elsewhere`; counts the calls that took. A list that repeats a page token is an
// invalid_answer, as following it would not end. `calls` must outlive the coroutine.
template <class T>
boost::asio::awaitable<result<std::vector<T>>> read_all(ask_aws ask, service::job_runner elsewhere, paged_call what,
                                                        page_reader<T> read, unsigned& calls)
{
    std::vector<T> all;
    std::set<std::string> tokens;
    std::string token;
    for (unsigned number = 0; number < most_pages; ++number) {
        form parameters(what.action, what.version);
        for (const auto& [name, value] : what.parameters) parameters.add(name, value);
        if (!token.empty()) parameters.add("NextToken", token);
        ++calls;
        auto body = co_await ask(what.service, what.action, std::move(parameters));
        if (body.has_error()) co_return body.error();
        result<page<T>> part = page<T>();
        std::function<void()> job = [&] {
            part = read(*body);
            *body = std::string();
            if (part.has_error()) return;
            std::move(part->items.begin(), part->items.end(), std::back_inserter(all));
            part->items = {};
        };
        co_await elsewhere(std::move(job));
        if (part.has_error()) co_return part.error();
        token = part->next_token;
        if (token.empty()) co_return all;
        if (!tokens.insert(token).second) break;
    }
    co_return invalid_answer(what.action + ": its pages do not end");
}

}  // namespace gatehouse::discovery::aws
