#include "service/proxy_header.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace gatehouse::service;

// A header is complete with its last byte and not before, and what follows does not change it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using status = proxy_header::status;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto read = parse_proxy_header(bytes);
    if (read.state != status::complete) return 0;
    if (read.size > size || read.source.has_value() != read.destination.has_value()) std::abort();
    for (std::size_t cut = 0; cut < read.size; ++cut)
        if (parse_proxy_header(bytes.substr(0, cut)).state != status::need_more) std::abort();
    const auto exact = parse_proxy_header(bytes.substr(0, read.size));
    if (exact.state != status::complete || exact.source != read.source) std::abort();
    return 0;
}
