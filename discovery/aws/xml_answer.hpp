#pragma once

#include "discovery/aws/answer.hpp"

#include <pugixml.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::discovery::aws {

using xml_document = std::unique_ptr<const pugi::xml_document>;

// Reads one whole document in UTF-8. A document type declaration is refused: AWS sends none, and entities
// that expand to more than a character need one.
result<xml_document> parse_xml(std::string_view body);

// The same, where the root element must be the one that is expected.
result<xml_document> parse_answer(std::string_view body, std::string_view root);

// The whole text of an element, clean_text()ed; empty when there is no such element.
std::string text_of(pugi::xml_node element);
std::string text_at(pugi::xml_node parent, const char* child);

api_error invalid_answer(std::string why);

}  // namespace gatehouse::discovery::aws
