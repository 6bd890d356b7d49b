#include "bastion/identity/ed25519_point.hpp"

#include "bastion/identity/evp_key.hpp"

#include <openssl/bn.h>

#include <algorithm>
#include <array>
#include <new>

namespace gatehouse::bastion {
namespace {

// d of the curve -x^2 + y^2 = 1 + d x^2 y^2 is -n/m.
constexpr BN_ULONG d_numerator = 121665, d_denominator = 121666;

// Numbers modulo 2^255 - 19. Throws std::bad_alloc: nothing else can fail here.
class field {
public:
    field() : context_(BN_CTX_new())
    {
        if (!context_) throw std::bad_alloc();
        BN_CTX_start(context_.get());
        prime_ = fresh();
        ensure(BN_set_bit(prime_, 255));
        ensure(BN_sub_word(prime_, 19));
    }
    field(const field&) = delete;
    field& operator=(const field&) = delete;
    ~field() { BN_CTX_end(context_.get()); }

    BIGNUM* number(BN_ULONG value)
    {
        auto* made = fresh();
        ensure(BN_set_word(made, value));
        return made;
    }
    BIGNUM* times(const BIGNUM* one, const BIGNUM* other)
    {
        auto* made = fresh();
        ensure(BN_mod_mul(made, one, other, prime_, context_.get()));
        return made;
    }
    BIGNUM* minus(const BIGNUM* one, const BIGNUM* other)
    {
        auto* made = fresh();
        ensure(BN_mod_sub(made, one, other, prime_, context_.get()));
        return made;
    }
    bool is_square(const BIGNUM* value)
    {
        const int symbol = BN_kronecker(value, prime_, context_.get());
        ensure(symbol >= -1);
        return symbol >= 0;
    }
    BIGNUM* fresh()
    {
        auto* made = BN_CTX_get(context_.get());
        ensure(made != nullptr);
        return made;
    }
    const BIGNUM* prime() const noexcept { return prime_; }

private:
    static void ensure(bool done)
    {
        if (!done) throw std::bad_alloc();
    }

    openssl_ptr<BN_CTX, BN_CTX_free> context_;
    BIGNUM* prime_;
};

}  // namespace

bool is_ed25519_key(std::string_view bytes)
{
    std::array<unsigned char, 32> little{};
    if (bytes.size() != little.size()) return false;
    std::ranges::copy(bytes, little.begin());
    little.back() &= 0x7f;  // the sign of x
    field in;
    auto* const y = in.fresh();
    if (!BN_lebin2bn(little.data(), little.size(), y)) throw std::bad_alloc();
    if (BN_cmp(y, in.prime()) >= 0) return false;

    // x^2 = u / v, which is a square if u v is; v is never zero.
    auto* const one = in.number(1);
    auto* const n = in.number(d_numerator);
    auto* const m = in.number(d_denominator);
    auto* const y2 = in.times(y, y);
    auto* const u = in.times(m, in.minus(y2, one));
    auto* const v = in.minus(m, in.times(n, y2));
    if (!in.is_square(in.times(u, v))) return false;

    // Order 1 and 2: y = +-1. Order 4: y = 0. Order 8: twice it has y = 0, which is d y^4 + 2 y^2 = 1.
    const auto* const two_m_y2 = in.times(in.number(2), in.times(m, y2));
    const auto* const of_order_8 = in.minus(in.minus(two_m_y2, m), in.times(n, in.times(y2, y2)));
    return !BN_is_zero(y) && !BN_is_zero(u) && !BN_is_zero(of_order_8);
}

}  // namespace gatehouse::bastion
