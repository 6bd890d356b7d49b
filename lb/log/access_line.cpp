#include "lb/log/access_line.hpp"

#include "lb/log/escape.hpp"
#include "lb/log/record_texts.hpp"

namespace gatehouse::lb {

std::size_t line_bound(const access_record& record) noexcept
{
    // Keys, punctuation, numbers and times of either format are under 1.5 KiB.
    constexpr std::size_t fixed = 2048;
    std::size_t texts = record.target_address.size() + record.listener_address.size();  // these stand twice
    for (const auto& [member, limit] : record_texts) texts += (record.*member).size();
    return fixed + text::escape_growth * texts;
}

}  // namespace gatehouse::lb
