#include "bastion/identity/timespec.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>
#include <string>

using namespace gatehouse::bastion;

namespace {

// Seconds since 1970; -1 when it is no time.
long seconds_of(std::string_view text)
{
    const auto time = parse_timespec(text);
    return time ? time->time_since_epoch().count() : -1;
}

// The system's time zone for as long as it lives.
class time_zone {
public:
    explicit time_zone(const char* name) : before_(std::getenv("TZ") ? std::getenv("TZ") : "")
    {
        setenv("TZ", name, 1);
        tzset();
    }
    time_zone(const time_zone&) = delete;
    time_zone& operator=(const time_zone&) = delete;
    ~time_zone()
    {
        before_.empty() ? unsetenv("TZ") : setenv("TZ", before_.c_str(), 1);
        tzset();
    }

private:
    std::string before_;
};

}  // namespace

TEST_CASE("an expiry is read in UTC", "[bastion][identity][timespec]")
{
    CHECK(seconds_of("19700101Z") == 0);
    CHECK(seconds_of("20260101Z") == 1767225600);
    CHECK(seconds_of("20260101z") == 1767225600);
    CHECK(seconds_of("20260101UTC") == 1767225600);
    CHECK(seconds_of("202601010203Z") == 1767225600 + 7380);
    CHECK(seconds_of("20260101020304Z") == 1767225600 + 7384);
    CHECK(seconds_of("20240229Z") == 1709164800);
}

TEST_CASE("without a Z an expiry is in the system's zone", "[bastion][identity][timespec]")
{
    const time_zone zone("CET-1CEST,M3.5.0,M10.5.0/3");
    CHECK(seconds_of("20260101") == 1767225600 - 3600);
    CHECK(seconds_of("202607010203") == 1782864180);
    CHECK(seconds_of("20260101Z") == 1767225600);
}

TEST_CASE("what is no time is refused", "[bastion][identity][timespec]")
{
    const auto* const text = GENERATE(
        "", "Z", "2026", "2026010", "202601011", "2026010102030", "202601010203045", "2026-01-01",
        "20261301Z", "20260001Z", "20260229Z", "20260132Z", "2026010124Z", "202601012400Z", "202601012360Z",
        "20260101235960Z", "19691231Z", "+2026101", " 20260101", "20260101 ", "20260101ZZ", "20260101+0100");
    CAPTURE(text);
    CHECK(seconds_of(text) == -1);
}
