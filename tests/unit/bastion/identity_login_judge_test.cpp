#include "bastion/identity/login_judge.hpp"

#include "bastion/identity/revocation_list.hpp"
#include "tests/unit/bastion/certificate_mint.hpp"
#include "tests/unit/bastion/fixtures.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;
using namespace gatehouse::test;
using namespace std::chrono_literals;

namespace {

using boost::asio::ip::make_address;
using std::chrono::sys_seconds;

// Alice at the door in 2026, from 192.0.2.1; certificates of OpenSSH's fixtures are for her.
struct door {
    std::string lines;  // of her authorized_keys
    std::vector<public_key> authorities{};
    std::string krl{};  // a fixture; empty: none
    key_rules rules{};
    std::string login = "alice";

    login_verdict judged(std::string_view fixture) const
    {
        const auto listed = parse_authorized_keys(lines, rules);
        std::optional<revocation_list> revoked;
        if (!krl.empty()) revoked = *revocation_list::parse(made_by_openssh(krl).blob);
        return judge_login(made_by_openssh(fixture).blob, {.login = login,
                                                           .client = make_address("192.0.2.1"),
                                                           .now = sys_seconds(1767225600s),
                                                           .listed = listed,
                                                           .authorities = authorities,
                                                           .revoked = revoked ? &*revoked : nullptr,
                                                           .rules = rules});
    }
    std::string answer(std::string_view fixture) const
    {
        const auto verdict = judged(fixture);
        const auto* const why = std::get_if<login_refusal>(&verdict);
        return why ? std::string(to_string(*why)) : "in";
    }
};

std::string line_of(std::string_view name, std::string_view options = {})
{
    return std::string(options) + (options.empty() ? "" : " ") + made_by_openssh(name).line + '\n';
}

}  // namespace

TEST_CASE("a listed key lets its user in", "[bastion][identity][login_judge]")
{
    const door with{.lines = line_of("user_p256") +
                             line_of("user_ed25519", R"(restrict,expiry-time="20300101Z")")};
    const auto verdict = with.judged("user_ed25519");
    const auto& in = std::get<proven_login>(verdict);
    CHECK(in.key() == key_named("user_ed25519"));
    CHECK_FALSE(in.certificate().has_value());
    CHECK_FALSE(in.allowed().forwarding);
    CHECK(in.ends() == sys_seconds(1893456001s));
    const auto plain = with.judged("user_p256");
    CHECK_FALSE(std::get<proven_login>(plain).ends().has_value());
}

TEST_CASE("any other key stays outside", "[bastion][identity][login_judge]")
{
    const auto good = line_of("user_ed25519");
    CHECK(door{.lines = good}.answer("user_p256") == "key_not_authorized");
    CHECK(door{.lines = ""}.answer("user_ed25519") == "key_not_authorized");
    CHECK(door{.lines = line_of("user_ed25519", "cert-authority")}.answer("user_ed25519") ==
          "key_not_authorized");
    CHECK(door{.lines = line_of("user_ed25519", R"(from="::1")")}.answer("user_ed25519") ==
          "source_not_allowed");
    CHECK(door{.lines = line_of("user_ed25519", R"(expiry-time="20250101Z")")}.answer("user_ed25519") ==
          "key_expired");
    CHECK(door{.lines = good, .krl = "krl_keys"}.answer("user_ed25519") == "revoked");
    CHECK(door{.lines = good, .rules = {.fips = true}}.answer("user_ed25519") == "key_not_fips");
    CHECK(door{.lines = good}.answer("user_rsa2048") == "short_rsa_key");
    CHECK(door{.lines = good}.answer("user_dss") == "dss_key");
    // A certificate is no stand-in for its key, as in sshd.
    CHECK(door{.lines = good}.answer("of_ed25519") == "unknown_authority");
}

TEST_CASE("the first line that fits counts", "[bastion][identity][login_judge]")
{
    const door with{.lines = line_of("user_ed25519", R"(expiry-time="20250101Z")") +
                             line_of("user_ed25519", "no-port-forwarding") + line_of("user_ed25519")};
    const auto verdict = with.judged("user_ed25519");
    CHECK_FALSE(std::get<proven_login>(verdict).allowed().forwarding);
}

TEST_CASE("a trusted CA lets its users in", "[bastion][identity][login_judge]")
{
    const door with{.lines = "", .authorities = {key_named("ca_ed25519")}};
    const auto verdict = with.judged("of_p384");
    const auto& in = std::get<proven_login>(verdict);
    CHECK(in.key() == key_named("user_p384"));
    CHECK(in.certificate()->key_id() == "of_p384@example");
    CHECK(in.ends() == sys_seconds(4102444800s));
    CHECK(with.answer("by_p256") == "unknown_authority");
    CHECK(with.answer("nobody") == "no_principals");
    CHECK(with.answer("user_ed25519") == "key_not_authorized");
    CHECK(door{.lines = "", .authorities = {key_named("ca_ed25519")}, .login = "bob"}.answer("of_p384") ==
          "principal_not_listed");
    CHECK(door{.lines = "", .authorities = {key_named("ca_ed25519")}, .krl = "krl_id"}.answer("of_ed25519") ==
          "revoked");
}

TEST_CASE("a line may trust a CA for its user", "[bastion][identity][login_judge]")
{
    const door with{
        .lines =
            line_of("ca_ed25519",
                    R"(cert-authority,permitopen="web:22",expiry-time="20300101Z",principals="x,deploy")"),
        .login = "bob"};
    const auto verdict = with.judged("of_ed25519");
    const auto& in = std::get<proven_login>(verdict);
    CHECK(in.ends() == sys_seconds(1893456001s));  // the line's end is before the certificate's
    CHECK(may_open(in.allowed(), "web", 22));
    CHECK_FALSE(may_open(in.allowed(), "db", 22));
    const auto forced = with.judged("forced"), cleared = with.judged("cleared");
    CHECK_FALSE(std::get<proven_login>(forced).allowed().commands);
    CHECK_FALSE(std::get<proven_login>(cleared).allowed().forwarding);
    CHECK(with.answer("by_p256") == "unknown_authority");

    const auto line = [](std::string_view options) { return door{.lines = line_of("ca_ed25519", options)}; };
    CHECK(line("cert-authority").answer("of_ed25519") == "in");
    CHECK(line("").answer("of_ed25519") == "unknown_authority");  // a key that logs in signs for nobody
    CHECK(line(R"(cert-authority,principals="x")").answer("of_ed25519") == "principal_not_listed");
    CHECK(line(R"(cert-authority,from="::1")").answer("of_ed25519") == "source_not_allowed");
    CHECK(line(R"(cert-authority,expiry-time="20250101Z")").answer("of_ed25519") == "key_expired");
}

TEST_CASE("a line may name other principals than the CA of every user", "[bastion][identity][login_judge]")
{
    const door with{.lines = line_of("ca_ed25519", R"(cert-authority,principals="deploy")"),
                    .authorities = {key_named("ca_ed25519")},
                    .login = "bob"};
    CHECK(with.answer("of_ed25519") == "in");
}
