#include "discovery/aws/xml_answer.hpp"

#include "discovery/aws/clean_text.hpp"

#include <utility>

namespace gatehouse::discovery::aws {
namespace {

// The default would guess other encodings from the first bytes, and would not keep the doctype to be refused.
constexpr unsigned how_to_parse = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                                  pugi::parse_ws_pcdata_single | pugi::parse_doctype;

}  // namespace

api_error invalid_answer(std::string why)
{
    return {error_kind::invalid_answer, 200, {}, std::move(why)};
}

result<xml_document> parse_xml(std::string_view body)
{
    if (body.size() > longest_answer) return invalid_answer("the answer is longer than 32 MiB");
    if (body.find('\0') != std::string_view::npos) return invalid_answer("the answer is binary");
    auto document = std::make_unique<pugi::xml_document>();
    const auto read = document->load_buffer(body.data(), body.size(), how_to_parse, pugi::encoding_utf8);
    if (!read)
        return invalid_answer(std::string("the answer is not XML: ") + read.description() + " at byte " +
                              std::to_string(read.offset));
    unsigned roots = 0;
    for (const auto node : document->children()) {
        if (node.type() == pugi::node_doctype) return invalid_answer("the answer has a DOCTYPE");
        if (node.type() == pugi::node_element) ++roots;
    }
    if (roots != 1) return invalid_answer("the answer is not one XML document");
    return xml_document(std::move(document));
}

result<xml_document> parse_answer(std::string_view body, std::string_view root)
{
    auto document = parse_xml(body);
    if (!document) return document.error();
    const std::string_view found = (*document)->document_element().name();
    if (found != root)
        return invalid_answer("the answer is " + clean_text(std::string(found.substr(0, 100))) + ", not " +
                              std::string(root));
    return document;
}

std::string text_of(pugi::xml_node element)
{
    std::string text;
    for (const auto part : element)  // several, where a comment or CDATA is in between
        if (part.type() == pugi::node_pcdata || part.type() == pugi::node_cdata) text += part.value();
    return clean_text(std::move(text));
}

std::string text_at(pugi::xml_node parent, const char* child)
{
    return text_of(parent.child(child));
}

}  // namespace gatehouse::discovery::aws
