#include "lb/http/request_head.hpp"

#include "lb/http/beast_head_parser.hpp"
#include "lb/http/desync_classifier.hpp"
#include "lb/http/host.hpp"
#include "lb/http/request_target.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::lb::http {
namespace {

namespace beast_http = boost::beast::http;

method method_of(beast_http::verb verb) noexcept
{
    switch (verb) {
    case beast_http::verb::get: return method::get;
    case beast_http::verb::head: return method::head;
    case beast_http::verb::post: return method::post;
    case beast_http::verb::put: return method::put;
    case beast_http::verb::delete_: return method::delete_;
    case beast_http::verb::options: return method::options;
    case beast_http::verb::patch: return method::patch;
    case beast_http::verb::trace: return method::trace;
    case beast_http::verb::connect: return method::connect;
    default: return method::other;
    }
}

class request_reader final : private beast_head_parser<true> {
public:
    request_reader(std::string_view head, const head_limits& limits, request_head& out)
        : beast_head_parser(head, limits, out.fields), limits_(limits), out_(out)
    {}

    refusal read()
    {
        const auto problem = run();
        if (refused_ != refusal::none) return refused_;
        return problem ? refusal_of(problem) : finish();
    }

private:
    refusal refusal_of(const error_code& problem) const noexcept;
    refusal version_refusal() const noexcept;
    refusal finish();
    refusal check_host();
    void on_request_impl(beast_http::verb verb, boost::beast::string_view method_text,
                         boost::beast::string_view target, int version, error_code& problem) override;

    const head_limits& limits_;
    request_head& out_;
};

void request_reader::on_request_impl(beast_http::verb verb, boost::beast::string_view method_text,
                                     boost::beast::string_view target, int version, error_code& problem)
{
    out_.verb = method_of(verb);
    out_.version = version == 10 ? http::version::http_1_0 : http::version::http_1_1;
    out_.method_text = slice_of(head_, std_view(method_text));
    out_.target = slice_of(head_, std_view(target));
    if (out_.verb == method::connect || out_.verb == method::trace)
        return refuse(refusal::method_not_allowed, problem);
    if (out_.target.offset + out_.target.length > limits_.request_line)
        return refuse(refusal::request_line_too_long, problem);
    if (!parse_request_target(head_, std_view(target), out_)) refuse(refusal::bad_target, problem);
}

refusal request_reader::refusal_of(const error_code& problem) const noexcept
{
    using beast_http::error;
    // Beast refuses Content-Length and Transfer-Encoding together as a fault of whichever comes second.
    if (problem == error::bad_method) return refusal::bad_method;
    if (problem == error::bad_target) return refusal::bad_target;
    if (problem == error::bad_version) return version_refusal();
    if (problem == error::bad_line_ending) return refusal::bad_line_ending;
    if (problem == error::multiple_content_length) return refusal::bad_content_length;
    if (problem == error::bad_content_length)
        return fields_.any_transfer_encoding() ? refusal::ambiguous_framing : refusal::bad_content_length;
    if (problem == error::bad_transfer_encoding)
        return fields_.length() ? refusal::ambiguous_framing : refusal::bad_transfer_encoding;
    return out_.method_text.empty() ? refusal::bad_request_line : refusal::bad_field;
}

// 505 is for a version we do not speak (RFC 9110 15.6.6); anything else there is a malformed line.
refusal request_reader::version_refusal() const noexcept
{
    const auto line = head_.substr(0, head_.find("\r\n"));
    if (std::count(line.begin(), line.end(), ' ') != 2) return refusal::bad_request_line;
    const auto text = line.substr(line.rfind(' ') + 1);
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const bool version = text.size() == 8 && text.substr(0, 5) == "HTTP/" && digit(text[5]) &&
                         text[6] == '.' && digit(text[7]);
    return version ? refusal::bad_version : refusal::bad_request_line;
}

refusal request_reader::finish()
{
    if (const auto why = fields_.framing_problem(out_.version); why != refusal::none) return why;
    if (const auto why = check_host(); why != refusal::none) return why;
    fields_.finish();
    if (fields_.chunked())
        out_.body.how = framing::kind::chunked;
    else if (fields_.length().value_or(0) > 0)
        out_.body = {framing::kind::length, *fields_.length()};
    const bool modern = out_.version == http::version::http_1_1;
    out_.keep_alive = fields_.persistent(out_.version);
    out_.expect_continue = modern && fields_.expects_continue() && out_.body.how != framing::kind::none;
    out_.upgrade = modern && fields_.upgrade();
    if (!modern && fields_.expects_continue())  // to be ignored, so not passed on either (RFC 9110 10.1.1)
        for (auto& line : out_.fields) line.hop_by_hop = line.hop_by_hop || line.id == field_id::expect;
    out_.desync = semantics_verdict(out_.verb, fields_.length(), fields_.chunked());
    return refusal::none;
}

// RFC 9112 3.2: exactly one valid Host, whose place the authority of an absolute-form takes.
refusal request_reader::check_host()
{
    if (fields_.hosts() > 1) return refusal::bad_host;
    if (fields_.hosts() == 0)
        return out_.version == http::version::http_1_0 ? refusal::none : refusal::bad_host;
    const auto host = fields_.host();
    if (host.empty()) return out_.absolute_form ? refusal::none : refusal::bad_host;
    if (!valid_authority(host.of(head_))) return refusal::bad_host;
    if (!out_.absolute_form) out_.authority = host;
    return refusal::none;
}

// For the log, when Beast gave up before it had told the parts of the line.
void guess_request_line(std::string_view head, request_head& out) noexcept
{
    if (!out.method_text.empty()) return;
    const auto line = head.substr(0, head.find("\r\n"));
    const auto space = line.find(' ');
    out.method_text = slice_of(head, line.substr(0, space));
    if (space == std::string_view::npos) return;
    const auto rest = line.substr(space + 1);
    out.target = slice_of(head, rest.substr(0, rest.rfind(' ')));
}

void clear(request_head& out) noexcept
{
    auto storage = std::move(out.fields);
    out = {};
    out.fields = std::move(storage);
    out.fields.clear();
}

}  // namespace

bool idempotent(method verb) noexcept
{
    switch (verb) {
    case method::get:
    case method::head:
    case method::put:
    case method::delete_:
    case method::options: return true;
    default: return false;
    }
}

std::string_view request_head::value_of(field_id id, std::string_view head) const noexcept
{
    for (const auto& line : fields)
        if (line.id == id) return line.value.of(head);
    return {};
}

refusal parse_request_head(std::string_view head, const head_limits& limits, request_head& out)
{
    clear(out);
    out.size = static_cast<std::uint32_t>(head.size());
    const auto why = head.empty() ? refusal::bad_request_line : request_reader(head, limits, out).read();
    if (why != refusal::none) {
        guess_request_line(head, out);
        out.desync = classify_refused(head);
    }
    return why;
}

}  // namespace gatehouse::lb::http
