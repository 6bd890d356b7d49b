#include "lb/tls/name_table.hpp"

#include <algorithm>

namespace gatehouse::lb {
namespace {

std::string lower(std::string_view name)
{
    std::string made(name);
    std::ranges::transform(made, made.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return made;
}

}  // namespace

void name_table::add(std::string_view name, SSL_CTX* context)
{
    contexts_.try_emplace(lower(name), context);
}

SSL_CTX* name_table::find(std::string_view server_name) const
{
    auto name = lower(server_name);
    if (name.starts_with('*')) return nullptr;  // a wildcard is ours to write, not the client's to ask for
    if (const auto exact = contexts_.find(name); exact != contexts_.end()) return exact->second;
    const auto dot = name.find('.');
    if (dot == std::string::npos || dot == 0) return nullptr;
    name.replace(0, dot, "*");
    const auto wildcard = contexts_.find(name);
    return wildcard != contexts_.end() ? wildcard->second : nullptr;
}

}  // namespace gatehouse::lb
