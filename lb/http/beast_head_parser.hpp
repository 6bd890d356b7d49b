#pragma once

#include "lb/http/head_fields.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace gatehouse::lb::http {

inline std::string_view std_view(boost::beast::string_view text) noexcept
{
    return {text.data(), text.size()};
}

// Beast's parser for one head: it finds the lines and their parts, head_fields judges the fields, the derived
// class the first line. Keeps ranges, builds no container. For request_head.cpp and response_head.cpp alone:
// Beast's templates are to stay out of everything that includes the other headers.
template <bool is_request> class beast_head_parser : private boost::beast::http::basic_parser<is_request> {
protected:
    using error_code = boost::system::error_code;

    beast_head_parser(std::string_view head, const head_limits& limits, std::vector<field>& fields)
        : head_(head), fields_(head, limits, fields)
    {
        this->header_limit(std::numeric_limits<std::uint32_t>::max());  // head_scanner applied ours
        this->body_limit(boost::none);
    }

    // Reads the whole head. The first reason that was given to refuse(), else what Beast found.
    error_code run()
    {
        error_code problem;
        const auto used = this->put(boost::asio::const_buffer(head_.data(), head_.size()), problem);
        return !problem && used != head_.size() ? make_error_code(boost::beast::http::error::bad_field)
                                                : problem;
    }

    // Ends the parse.
    void refuse(refusal why, error_code& problem) noexcept
    {
        refused_ = why;
        problem = boost::beast::http::error::bad_field;
    }

    std::string_view head_;
    head_fields fields_;
    refusal refused_ = refusal::none;

private:
    void on_field_impl(boost::beast::http::field, boost::beast::string_view name,
                       boost::beast::string_view value, error_code& problem) final
    {
        const auto why = fields_.add(std_view(name), std_view(value));
        if (why != refusal::none) refuse(why, problem);
    }

    // The other kind of first line, and bodies, which body_reader follows.
    void on_request_impl(boost::beast::http::verb, boost::beast::string_view, boost::beast::string_view, int,
                         error_code&) override
    {}
    void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}
    void on_header_impl(error_code&) final {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) final {}
    std::size_t on_body_impl(boost::beast::string_view, error_code&) final { return 0; }
    void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code&) final {}
    std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view, error_code&) final { return 0; }
    void on_finish_impl(error_code&) final {}
};

}  // namespace gatehouse::lb::http
