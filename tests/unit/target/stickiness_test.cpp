#include "lb/target/stickiness.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::lb;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t now = 1'700'000'000;  // Tue, 14 Nov 2023 22:13:20 GMT; 0x6553f100
constexpr std::uint64_t hash = 0x0123456789abcdef;

std::string written(std::string_view name, gatehouse::conf::duration lifetime, bool secure)
{
    std::string out = "before\r\n";
    write_sticky(name, hash, now, lifetime, secure, out);
    return out;
}

std::optional<std::uint64_t> read(std::string_view cookies, std::int64_t at = now)
{
    return read_sticky(cookies, target_cookie, at);
}

}  // namespace

TEST_CASE("a sticky cookie carries its lifetime in its value and lasts a week itself", "[stickiness]")
{
    CHECK(written(target_cookie, 256s, false) == "before\r\n"
                                                 "Set-Cookie: GHLB=6553f2000123456789abcdef; Expires=Tue, 21 "
                                                 "Nov 2023 22:13:20 GMT; Path=/; HttpOnly\r\n");
}

TEST_CASE("over TLS a twin for other sites' pages goes along", "[stickiness]")
{
    CHECK(written(group_cookie, 255'001ms, true) ==
          "before\r\n"
          "Set-Cookie: GHLBTG=6553f2000123456789abcdef; Expires=Tue, 21 Nov 2023 22:13:20 GMT; Path=/; "
          "HttpOnly\r\n"
          "Set-Cookie: GHLBTGCORS=6553f2000123456789abcdef; Expires=Tue, 21 Nov 2023 22:13:20 GMT; Path=/; "
          "HttpOnly; SameSite=None; Secure\r\n");
}

TEST_CASE("the date is right over a leap day and a new year", "[stickiness]")
{
    std::string out;
    write_sticky("A", 0, 1'708'581'909, 1s, false, out);  // Thu, 22 Feb 2024 06:05:09
    CHECK(out.find("Expires=Thu, 29 Feb 2024 06:05:09 GMT;") != out.npos);
    out.clear();
    write_sticky("A", 0, 1'735'171'200, 1s, false, out);  // Thu, 26 Dec 2024 00:00:00
    CHECK(out.find("Expires=Thu, 02 Jan 2025 00:00:00 GMT;") != out.npos);
}

TEST_CASE("what was written is read until it expires", "[stickiness]")
{
    const std::string cookies = "a=b; GHLB=6553f2000123456789abcdef; c=d";
    CHECK(read(cookies) == hash);
    CHECK(read(cookies, now + 255) == hash);
    CHECK_FALSE(read(cookies, now + 256));
    CHECK_FALSE(read_sticky(cookies, group_cookie, now));
    CHECK(read("GHLB=6553f2000123456789abcdef") == hash);
    CHECK(read("x;GHLB=6553F2000123456789ABCDEF\t;y") == hash);
}

TEST_CASE("the twin is read when it comes alone", "[stickiness]")
{
    CHECK(read("GHLBCORS=6553f2000123456789abcdef") == hash);
    CHECK_FALSE(read("GHLBTGCORS=6553f2000123456789abcdef"));
    CHECK_FALSE(read("GHLBTG=6553f2000123456789abcdef"));
    CHECK_FALSE(read("XGHLB=6553f2000123456789abcdef"));
}

TEST_CASE("a malformed cookie is no cookie", "[stickiness]")
{
    for (const auto* bad :
         {"", ";", "GHLB", "GHLB=", "=6553f2000123456789abcdef", "GHLB=6553f2000123456789abcde",
          "GHLB=6553f2000123456789abcdef0", "GHLB=6553f2000123456789abcdeg", "GHLB=-553f2000123456789abcdef",
          "GHLB=6553f200+123456789abcdef", "GHLB=6553f2000x23456789abcdef",
          "GHLB=\"6553f200123456789abcdef\"", "GHLB%3D6553f2000123456789abcdef",
          "ghlb=6553f2000123456789abcdef"}) {
        INFO(bad);
        CHECK_FALSE(read(bad));
    }
}

TEST_CASE("the first valid cookie of several counts", "[stickiness]")
{
    CHECK(read("GHLB=junk; GHLB=6553f0ff0000000000000001; GHLB=6553f2000000000000000002; "
               "GHLB=6553f2000000000000000003") == 2);
}

TEST_CASE("a lifetime beyond what the value can say ends with it", "[stickiness]")
{
    std::string out;
    write_sticky("GHLB", 1, 0xffffff00, 24h, false, out);
    CHECK(out.find("GHLB=ffffffff0000000000000001;") != out.npos);
}
