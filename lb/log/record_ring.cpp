#include "lb/log/record_ring.hpp"

#include "lb/log/record_texts.hpp"

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <cstring>
#include <type_traits>

namespace gatehouse::lb {
namespace {

// What stands before the texts of a record. Records begin at multiples of 8, so a skip mark always fits.
struct packed_head {
    std::uint32_t bytes;  // of the whole record, a multiple of 8; 0 = nothing more before the ring's end
    std::uint32_t status, target_status;
    std::int32_t rule_priority;
    std::int64_t created_us, ended_us, request_processing_us, target_processing_us, response_processing_us;
    std::uint64_t received_bytes, sent_bytes;
    std::uint16_t client_port;
    access_record::scheme type;
    refusal error_reason;
    http::desync_verdict desync;
    std::uint8_t attempts;
    std::array<std::uint16_t, record_texts.size()> lengths;
};
static_assert(std::is_trivially_copyable_v<packed_head>);
static_assert(std::ranges::all_of(record_texts, [](const auto& text) { return text.limit <= 0xFFFF; }));

packed_head pack_head(const access_record& record) noexcept
{
    packed_head head;
    head.status = record.status;
    head.target_status = record.target_status;
    head.rule_priority = record.rule_priority;
    head.created_us = record.created_us;
    head.ended_us = record.ended_us;
    head.request_processing_us = record.request_processing_us;
    head.target_processing_us = record.target_processing_us;
    head.response_processing_us = record.response_processing_us;
    head.received_bytes = record.received_bytes;
    head.sent_bytes = record.sent_bytes;
    head.client_port = record.client_port;
    head.type = record.type;
    head.error_reason = record.error_reason;
    head.desync = record.desync;
    head.attempts = record.attempts;
    std::size_t bytes = sizeof head;
    for (std::size_t at = 0; at < record_texts.size(); ++at) {
        const auto length = std::min((record.*record_texts[at].member).size(), record_texts[at].limit);
        head.lengths[at] = static_cast<std::uint16_t>(length);
        bytes += length;
    }
    head.bytes = static_cast<std::uint32_t>((bytes + 7) & ~std::size_t{7});
    return head;
}

void unpack_head(const packed_head& head, access_record& record) noexcept
{
    record.status = head.status;
    record.target_status = head.target_status;
    record.rule_priority = head.rule_priority;
    record.created_us = head.created_us;
    record.ended_us = head.ended_us;
    record.request_processing_us = head.request_processing_us;
    record.target_processing_us = head.target_processing_us;
    record.response_processing_us = head.response_processing_us;
    record.received_bytes = head.received_bytes;
    record.sent_bytes = head.sent_bytes;
    record.client_port = head.client_port;
    record.type = head.type;
    record.error_reason = head.error_reason;
    record.desync = head.desync;
    record.attempts = head.attempts;
}

}  // namespace

record_ring::record_ring(std::size_t bytes) : capacity_(bytes), bytes_(new char[bytes])
{
    BOOST_ASSERT_MSG(bytes >= 4096 && (bytes & (bytes - 1)) == 0,
                     "a lane is a power of two of 4 KiB or more");
}

bool record_ring::push(const access_record& record) noexcept
{
    const auto packed = pack_head(record);
    const auto head = head_.load(std::memory_order_relaxed);
    const auto offset = head & (capacity_ - 1);
    const auto skipped = packed.bytes <= capacity_ - offset ? 0 : capacity_ - offset;
    if (skipped + packed.bytes > free()) {
        tail_seen_ = tail_.load(std::memory_order_acquire);
        if (skipped + packed.bytes > free()) return false;
    }
    char* out = bytes_.get() + offset;
    if (skipped != 0) {
        std::memset(out, 0, sizeof packed.bytes);
        out = bytes_.get();
    }
    std::memcpy(out, &packed, sizeof packed);
    out += sizeof packed;
    for (std::size_t at = 0; at < record_texts.size(); ++at) {
        // No null pointer for memcpy, and most records leave several fields empty.
        if (packed.lengths[at] == 0) continue;
        std::memcpy(out, (record.*record_texts[at].member).data(), packed.lengths[at]);
        out += packed.lengths[at];
    }
    head_.store(head + skipped + packed.bytes, std::memory_order_release);
    return true;
}

bool record_ring::half_full() noexcept
{
    if (free() > capacity_ / 2) return false;
    tail_seen_ = tail_.load(std::memory_order_acquire);
    return free() <= capacity_ / 2;
}

std::uint64_t record_ring::read(std::uint64_t tail, access_record& record) const noexcept
{
    const auto offset = tail & (capacity_ - 1);
    const char* from = bytes_.get() + offset;
    packed_head head;
    std::memcpy(&head.bytes, from, sizeof head.bytes);
    if (head.bytes == 0) {
        tail += capacity_ - offset;
        from = bytes_.get();
    }
    std::memcpy(&head, from, sizeof head);
    unpack_head(head, record);
    from += sizeof head;
    for (std::size_t at = 0; at < record_texts.size(); ++at) {
        record.*record_texts[at].member = {from, head.lengths[at]};
        from += head.lengths[at];
    }
    return tail + head.bytes;
}

}  // namespace gatehouse::lb
