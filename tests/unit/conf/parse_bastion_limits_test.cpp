#include "tests/unit/conf/problems.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view document = R"(bastion:
  bind: "127.0.0.1:0"
  host_keys: /key
  user_ca: { keys: /ca.pub }
  limits: { @ }
)";

bastion_limits read(std::string_view written)
{
    std::string text(document);
    text.replace(text.find('@'), 1, written);
    const auto read = parse(text, "f.yaml", file_access::skipped);
    REQUIRE(read.problems.empty());
    return read.value->bastion->limits;
}

}  // namespace

TEST_CASE("every limit of the bastion reaches its field", "[conf][bastion]")
{
    CHECK(read("") == bastion_limits{});
    CHECK(read("login_grace: 1s, max_auth_tries: 2, max_startups: \"3:100:5\", sessions_per_user: 6, "
               "channels_per_session: 7, buffers: 16MiB, idle: 10s, session: 1m, drain: 0s") ==
          bastion_limits{1s, 2, {3, 100, 5}, 6, 7, 16ULL << 20, 10s, 1min, 0s});
    CHECK(read("login_grace: 10m, max_auth_tries: 100, max_startups: \"100000:1:100000\", sessions_per_user: 100000, "
               "channels_per_session: 1000, buffers: 1024GiB, idle: 7d, session: 30d, drain: 7d") ==
          bastion_limits{10min, 100, {100000, 1, 100000}, 100000, 1000, 1ULL << 40, 7 * 24h, 30 * 24h, 7 * 24h});
}

TEST_CASE("a connection may be silent, and last, without a limit", "[conf][bastion]")
{
    const auto limits = read("idle: 0s, session: 0s");
    CHECK(limits.idle == 0s);
    CHECK(limits.session == 0s);
}

TEST_CASE("a limit of the bastion out of its rules is refused at the value", "[conf][bastion]")
{
    check_rejections(document, 5, "bastion.limits", {
        {"login_grace: 999ms", 26, ".login_grace: must be 1s .. 10m, found '999ms'"},
        {"login_grace: 0s", 26, ".login_grace: must be 1s .. 10m, found '0s'"},
        {"login_grace: 11m", 26, ".login_grace: must be 1s .. 10m, found '11m'"},
        {"max_auth_tries: 0", 29, ".max_auth_tries: expected a whole number 1 .. 100, found '0'"},
        {"max_auth_tries: 101", 29, ".max_auth_tries: expected a whole number 1 .. 100, found '101'"},
        {"sessions_per_user: 0", 32, ".sessions_per_user: expected a whole number 1 .. 100000, found '0'"},
        {"channels_per_session: 1001", 35, ".channels_per_session: expected a whole number 1 .. 1000, found '1001'"},
        {"buffers: 15MiB", 22, ".buffers: must be 16MiB .. 1024GiB, found '15MiB'"},
        {"idle: 9s", 19, ".idle: must be 0s or 10s .. 7d, found '9s'"},
        {"idle: 8d", 19, ".idle: must be 0s or 10s .. 7d, found '8d'"},
        {"session: 59s", 22, ".session: must be 0s or 1m .. 30d, found '59s'"},
        {"session: 31d", 22, ".session: must be 0s or 1m .. 30d, found '31d'"},
        {"drain: 8d", 20, ".drain: must be 0s .. 7d, found '8d'"},
        {"max_auth_trys: 3", 13, ".max_auth_trys: unknown key, did you mean 'max_auth_tries'?"},
    });
}

TEST_CASE("max_startups is begin, rate and full", "[conf][bastion]")
{
    for (const auto* text :
         {"10", "10:30", "10:30:100:", "10:30:100:1", "0:30:100", "101:30:100", "10:0:100", "10:101:100",
          "10:30:100001", "10:30:9", "a:b:c", "::", "10::100", "10:30%:100", " 10:30:100"}) {
        std::string written(document);
        written.replace(written.find('@'), 1, "max_startups: \"" + std::string(text) + '"');
        CHECK(problems(written) ==
              "f.yaml:5:27: bastion.limits.max_startups: expected \"begin:rate:full\" such as \"10:30:100\": rate "
              "1 .. 100 percent, 1 <= begin <= full <= 100000, found '" + std::string(text) + '\'');
    }
}
