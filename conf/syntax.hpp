#pragma once

#include <string_view>

namespace gatehouse::conf {

// The alphabets of names and patterns. All pure, none accepts empty text.
bool is_name(std::string_view text);        // 1-64 letters, digits, '.', '_', '-'
bool is_login_name(std::string_view text);  // the same, '@' and '+', up to 128, not beginning with '-'
bool is_zone_name(std::string_view text);   // of the tz database: Europe/London, no part of it leads elsewhere
bool is_instance_id(std::string_view text);  // the same and ':', up to 128: an address serves as id
bool is_token(std::string_view text);       // RFC 9110 5.6.2
bool is_method(std::string_view text);      // upper-case letters, '-' and '_', up to 40
bool is_hostname(std::string_view text);    // RFC 1123 labels (and '_'), up to 253, a final dot allowed
bool is_host_pattern(
    std::string_view text);  // a hostname's characters and the wildcards '*' and '?', up to 253
bool is_path_pattern(std::string_view text);  // starts with '/' or '*', visible ASCII without '#', up to 1024
bool is_request_path(std::string_view text);  // starts with '/', visible ASCII without '#', up to 1024
bool is_visible_ascii(std::string_view text);  // 0x21 .. 0x7e
bool is_region(std::string_view text);          // lower-case letters, digits and '-', up to 32
bool is_hook_name(std::string_view text);       // letters, digits, '-', '_' and '/', up to 255
bool is_metrics_namespace(
    std::string_view text);  // letters, digits and .-_/#: up to 255, not beginning with ':' or "AWS/"
bool is_group_name(std::string_view text);   // of an Auto Scaling Group: printable, no ':', up to 255 bytes
bool is_origin(std::string_view text);       // http:// or https://, a hostname or address, and perhaps :port
bool is_media_type(std::string_view text);    // type/subtype and parameters, printable ASCII, up to 256

}  // namespace gatehouse::conf
