#include "discovery/aws/clean_text.hpp"
#include "discovery/aws/error.hpp"
#include "discovery/aws/xml_answer.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

constexpr std::size_t longest_excerpt = 100;

// Where each of the protocols keeps its Code and Message.
pugi::xml_node error_node(const pugi::xml_document& document)
{
    const auto root = document.document_element();
    const std::string_view name = root.name();
    if (name != "ErrorResponse" && name != "Response") return {};
    const auto alone = root.child("Error");
    return alone ? alone : root.child("Errors").child("Error");
}

bool is_page(std::string_view body)
{
    return body.find("<html") != std::string_view::npos || body.find("<HTML") != std::string_view::npos;
}

std::string_view title_of(std::string_view page)
{
    for (const std::string_view tag : {"<title>", "<TITLE>"}) {
        const auto start = page.find(tag);
        if (start == std::string_view::npos) continue;
        const auto title = page.substr(start + tag.size());
        return title.substr(0, title.find('<'));
    }
    return {};
}

// What a body is that holds no error of AWS.
std::string describe(std::string_view body)
{
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return "the answer is empty";
    const bool page = is_page(body);
    const auto shown = page ? title_of(body) : body;
    auto excerpt = shortened(std::string(shown.substr(0, longest_excerpt + 1)), longest_excerpt);
    std::ranges::replace_if(
        excerpt, [](char c) { return c == '\r' || c == '\n' || c == '\t'; }, ' ');
    const std::string what = page ? "the answer is a web page" : "the answer is not from AWS";
    return excerpt.empty() ? what : what + ": " + clean_text(std::move(excerpt));
}

}  // namespace

api_error read_error(unsigned status, std::string_view body)
{
    if (const auto document = parse_xml(body)) {
        const auto said = error_node(**document);
        auto code = shortened(text_at(said, "Code"), longest_code);
        auto message = shortened(text_at(said, "Message"), longest_message);
        const auto kind = classify(status, code, message);
        if (!code.empty()) return {kind, status, std::move(code), std::move(message)};
    }
    return {classify(status, {}, {}), status, {}, describe(body)};
}

}  // namespace gatehouse::discovery::aws
