#include "lb/target/target_set.hpp"

namespace gatehouse::lb {

namespace {

// FNV-1a, 64 bits.
constexpr std::uint64_t fnv_offset = 0xcbf29ce484222325U, fnv_prime = 0x100000001b3U;

std::uint64_t fed_with(std::uint64_t hash, std::string_view text) noexcept
{
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * fnv_prime;
    return hash;
}

}  // namespace

tier tier_of(std::string_view zone, bool cross_zone, std::string_view own_zone, bool away) noexcept
{
    if (away) return tier::away;
    return cross_zone || own_zone.empty() || zone == own_zone ? tier::near : tier::other;
}

std::uint64_t zone_hash(std::string_view zone) noexcept { return zone.empty() ? 0 : fed_with(fnv_offset, zone); }

std::uint64_t sticky_hash(std::string_view group, std::string_view id) noexcept
{
    // The length keeps ("ab", "c") and ("a", "bc") apart.
    auto hash = fed_with(fnv_offset ^ group.size(), group);
    hash = fed_with(hash, id);
    // FNV leaves the last bytes visible in the low bits; this is MurmurHash3's finalizer, which spreads them.
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdU;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53U;
    return hash ^ (hash >> 33);
}

}  // namespace gatehouse::lb
