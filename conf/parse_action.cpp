#include "conf/encoding.hpp"
#include "conf/parse.hpp"
#include "conf/scalars.hpp"
#include "conf/syntax.hpp"
#include "conf/values.hpp"

#include <algorithm>

namespace gatehouse::conf {
namespace {

using namespace std::chrono_literals;

void parse_forward_target(const reader& at, forward_target& to, const names& target_groups)
{
    auto group = reference(to.group, target_groups, "target group");
    if (at.is(node::kind::scalar)) return group(at);
    at.mapping({
        {"group", std::move(group), presence::required},
        {"weight", count_in(to.weight, 0U, 999U)},
    });
}

void parse_forward_targets(const reader& at, std::vector<forward_target>& to, const names& target_groups)
{
    unique taken;
    at.some_items([&](const reader& item) {
        auto& one = to.emplace_back();
        parse_forward_target(item, one, target_groups);
        if (!one.group.empty()) taken.claim(item, one.group, "target group '" + printable(one.group) + '\'');
    });
    const auto idle = [](const forward_target& one) { return one.weight == 0; };
    if (!to.empty() && std::ranges::all_of(to, idle)) at.fail("at least one weight must be above 0");
}

// The name of a target group, or a mapping.
void parse_forward(const reader& at, forward& to, const names& target_groups)
{
    if (at.is(node::kind::scalar)) return parse_forward_target(at, to.targets.emplace_back(), target_groups);
    at.mapping({
        {"targets", [&](const reader& value) { parse_forward_targets(value, to.targets, target_groups); },
         presence::required},
        {"stickiness", duration_in(to.stickiness, 1s, 7 * 24h)},
    });
}

void read_response_status(const reader& at, unsigned& to)
{
    const auto text = at.text();
    if (!text) return;
    const auto status = parse_count(*text).value_or(0);
    if ((status >= 200 && status < 300) || (status >= 400 && status < 600))
        to = static_cast<unsigned>(status);
    else
        at.fail("expected a status 200 .. 299 or 400 .. 599, " + at.found(*text));
}

void read_content_type(const reader& at, std::string& to)
{
    const auto text = at.text();
    if (!text) return;
    if (is_media_type(*text))
        to = *text;
    else
        at.fail("expected a media type such as text/plain, " + at.found(*text));
}

void read_body(const reader& at, std::string& to)
{
    constexpr std::size_t largest_body = 16 * 1024;
    const auto text = at.text_with_lines();
    if (!text) return;
    if (text->size() > largest_body)
        at.fail("is " + std::to_string(text->size()) + " bytes long, at most 16KiB are allowed");
    else
        to = *text;
}

void parse_fixed_response(const reader& at, fixed_response& to)
{
    at.mapping({
        {"status", section(read_response_status, to.status)},
        {"content_type", section(read_content_type, to.content_type)},
        {"body", section(read_body, to.body)},
    });
    // RFC 9110 15.3.5 and 15.3.6
    if (at.sound({"status", "body"}) && (to.status == 204 || to.status == 205) && !to.body.empty())
        at.fail("body", "must be empty, a response " + std::to_string(to.status) + " has none");
}

}  // namespace

void parse_action(const reader& at, action& to, const names& target_groups)
{
    forward forwarded;
    redirect redirected;
    fixed_response fixed;
    at.mapping({
        {"forward", [&](const reader& value) { parse_forward(value, forwarded, target_groups); }},
        {"redirect", section(parse_redirect, redirected)},
        {"fixed_response", section(parse_fixed_response, fixed)},
    });
    if (!at.exactly_one({"forward", "redirect", "fixed_response"})) return;
    if (at.has("forward"))
        to = std::move(forwarded);
    else if (at.has("redirect"))
        to = std::move(redirected);
    else
        to = std::move(fixed);
}

}  // namespace gatehouse::conf
