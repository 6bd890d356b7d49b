#pragma once

#include "lb/router/route_request.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::lb::testing {

// A request for the router: the head its parser would have made of these parts.
class request {
public:
    request(std::string_view method, std::string_view target, std::string_view host,
            const std::vector<std::pair<std::string, std::string>>& fields = {})
    {
        head_.method_text = append(method);
        head_.target = append(target);
        const auto question = target.find('?');
        head_.path = part_of(head_.target, 0, question);
        if (question != target.npos) head_.query = part_of(head_.target, question + 1, target.npos);
        head_.authority = append(host);
        for (const auto& [name, value] : fields)
            head_.fields.push_back({.name = append(name), .value = append(value)});
    }

    request&& from(std::string_view address) &&
    {
        source_ = boost::asio::ip::make_address(address);
        return std::move(*this);
    }

    request&& without_path() &&
    {
        head_.absolute_form = true;
        head_.path = {};
        return std::move(*this);
    }

    route_request asked() const { return {.head = head_, .bytes = bytes_, .source = source_}; }

private:
    http::slice append(std::string_view text)
    {
        const http::slice added{static_cast<std::uint32_t>(bytes_.size()),
                                static_cast<std::uint32_t>(text.size())};
        bytes_.append(text);
        bytes_ += ' ';
        return added;
    }

    static http::slice part_of(http::slice whole, std::size_t from, std::size_t to)
    {
        const auto end = to == std::string_view::npos ? whole.length : static_cast<std::uint32_t>(to);
        return {whole.offset + static_cast<std::uint32_t>(from), end - static_cast<std::uint32_t>(from)};
    }

    std::string bytes_;
    http::request_head head_;
    boost::asio::ip::address source_ = boost::asio::ip::make_address("192.0.2.1");
};

}  // namespace gatehouse::lb::testing
