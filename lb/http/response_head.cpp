#include "lb/http/response_head.hpp"

#include "lb/http/beast_head_parser.hpp"

#include <utility>

namespace gatehouse::lb::http {
namespace {

class response_reader final : private beast_head_parser<false> {
public:
    response_reader(std::string_view head, const head_limits& limits, response_head& out)
        : beast_head_parser(head, limits, out.fields), out_(out)
    {}

    bool read(method asked) { return !run() && finish(asked); }

private:
    bool finish(method asked);
    framing body_framing(method asked) const noexcept;

    void on_response_impl(int code, boost::beast::string_view reason, int version,
                          error_code& problem) override
    {
        out_.status = static_cast<unsigned>(code);
        out_.version = version == 10 ? http::version::http_1_0 : http::version::http_1_1;
        out_.reason = slice_of(head_, std_view(reason));
        if (code < 100 || code > 599) problem = boost::beast::http::error::bad_status;
    }

    response_head& out_;
};

bool response_reader::finish(method asked)
{
    if (fields_.framing_problem(out_.version) != refusal::none) return false;
    fields_.finish();
    out_.upgrade = out_.status == 101;
    out_.body = body_framing(asked);
    out_.keep_alive =
        fields_.persistent(out_.version) && !out_.upgrade && out_.body.how != framing::kind::until_close;
    // These have no body whatever they say (RFC 9110 15.3.5). Where they announce one all the same, the
    // target may send it, so nothing that follows on its connection can be trusted.
    const bool bodiless = out_.status < 200 || out_.status == 204;
    if (bodiless && (fields_.chunked() || fields_.length().value_or(0) > 0)) out_.keep_alive = false;
    return true;
}

framing response_reader::body_framing(method asked) const noexcept
{
    using kind = framing::kind;
    if (asked == method::head || out_.status < 200 || out_.status == 204 || out_.status == 304) return {};
    if (fields_.chunked()) return {kind::chunked, 0};
    if (!fields_.length()) return {kind::until_close, 0};
    return *fields_.length() == 0 ? framing{} : framing{kind::length, *fields_.length()};
}

void clear(response_head& out) noexcept
{
    auto storage = std::move(out.fields);
    out = {};
    out.fields = std::move(storage);
    out.fields.clear();
}

}  // namespace

std::string_view response_head::value_of(field_id id, std::string_view head) const noexcept
{
    for (const auto& line : fields)
        if (line.id == id) return line.value.of(head);
    return {};
}

refusal parse_response_head(std::string_view head, method asked, const head_limits& limits,
                            response_head& out)
{
    clear(out);
    out.size = static_cast<std::uint32_t>(head.size());
    if (!head.empty() && response_reader(head, limits, out).read(asked)) return refusal::none;
    return refusal::target_bad_response;
}

}  // namespace gatehouse::lb::http
