#include "bastion/identity/certificate_judge.hpp"

#include "bastion/identity/revocation_list.hpp"
#include "bastion/identity/signature.hpp"
#include "tests/unit/bastion/certificate_mint.hpp"
#include "tests/unit/bastion/fixtures.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;
using namespace gatehouse::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using boost::asio::ip::make_address;
using std::chrono::sys_seconds;

constexpr sys_seconds in_2026(1767225600s);

std::variant<login_refusal, certified> judge(std::string_view blob, const certificate_question& asked)
{
    const auto shown = certificate::parse(blob);
    if (!shown) return shown.error();
    return judge_certificate(*shown, asked);
}

std::string text_of(const std::variant<login_refusal, certified>& judged)
{
    const auto* const refused = std::get_if<login_refusal>(&judged);
    return refused ? std::string(to_string(*refused)) : "certified";
}

// A fixture, asked for alice from 192.0.2.1 in 2026, with every CA of the fixtures but "other" trusted.
struct openssh_question {
    std::vector<public_key> authorities{key_named("ca_ed25519"), key_named("ca_p256"),
                                        key_named("ca_p384"),    key_named("ca_p521"),
                                        key_named("ca_rsa"),     key_named("ca_rsa2048")};
    certificate_question asked{.principals = {"alice"},
                               .client = make_address("192.0.2.1"),
                               .now = in_2026,
                               .authorities = authorities,
                               .revoked = nullptr,
                               .rules = {}};
    std::variant<login_refusal, certified> judged(std::string_view name) const
    {
        return judge(made_by_openssh(name).blob, asked);
    }
    std::string answer(std::string_view name) const { return text_of(judged(name)); }
};

// The same of certificates of the mint's, at the time 1500.
struct minted_question {
    certificate_mint ca;
    std::vector<public_key> authorities{ca.key()};
    certificate_question asked{.principals = {"alice"},
                               .client = make_address("192.0.2.1"),
                               .now = sys_seconds(1500s),
                               .authorities = authorities,
                               .revoked = nullptr,
                               .rules = {}};
    std::variant<login_refusal, certified> judged(const certificate_order& order) const
    {
        return judge(ca.make(order), asked);
    }
    std::string answer(const certificate_order& order) const { return text_of(judged(order)); }
    std::string answer_at(std::chrono::seconds now, const certificate_order& order = {})
    {
        asked.now = sys_seconds(now);
        return answer(order);
    }
};

}  // namespace

TEST_CASE("certificates of OpenSSH are good, whatever key and CA", "[bastion][identity][certificate_judge]")
{
    const openssh_question question;
    const auto* const kind = GENERATE("ed25519", "p256", "p384", "p521", "rsa");
    CHECK(question.answer("of_"s + kind) == "certified");
    CHECK(question.answer("by_"s + kind) == "certified");
}

TEST_CASE("a certificate says for whom it stands", "[bastion][identity][certificate_judge]")
{
    const openssh_question question;
    const auto judged = question.judged("of_rsa");
    const auto& good = std::get<certified>(judged);
    CHECK(good.key() == key_named("user_rsa"));
    CHECK(good.key_id() == "of_rsa@example");
    CHECK(good.serial() == 7);
    CHECK(good.authority_fingerprint() == made_by_openssh("ca_ed25519").fingerprint);
    CHECK(good.valid_before() == sys_seconds(4102444800s));
    CHECK(good.allowed().forwarding);
    CHECK(good.allowed().commands);
    CHECK(good.allowed().targets.empty());
}

TEST_CASE("certificates of OpenSSH are refused for what is wrong with them",
          "[bastion][identity][certificate_judge]")
{
    const openssh_question question;
    CHECK(question.answer("by_rsa_256") == "certified");
    CHECK(question.answer("by_rsa_sha1") == "unsupported_signature");
    CHECK(question.answer("by_rsa2048") == "unfit_authority");
    CHECK(question.answer("of_rsa2048") == "short_rsa_key");
    CHECK(question.answer("by_other") == "unknown_authority");
    CHECK(question.answer("for_host") == "not_for_users");
    CHECK(question.answer("nobody") == "no_principals");
    CHECK(question.answer("critical") == "unknown_critical_option");
    CHECK(question.answer("from_network") == "certified");
    CHECK(question.answer("user_ed25519") == "unknown_certificate_type");
}

TEST_CASE("any byte that changes spoils the certificate", "[bastion][identity][certificate_judge]")
{
    const openssh_question question;
    const auto* const name = GENERATE("by_ed25519", "by_p256", "by_p521", "by_rsa");
    auto blob = made_by_openssh(name).blob;
    for (auto& byte : blob) {
        byte = static_cast<char>(byte ^ 1);
        CHECK(text_of(judge(blob, question.asked)) != "certified");
        byte = static_cast<char>(byte ^ 1);
    }
    CHECK(text_of(judge(blob, question.asked)) == "certified");
}

TEST_CASE("a certificate is good from its begin to before its end", "[bastion][identity][certificate_judge]")
{
    minted_question question;
    CHECK(question.answer_at(999s) == "not_yet_valid");
    CHECK(question.answer_at(1000s) == "certified");
    CHECK(question.answer_at(1999s) == "certified");
    CHECK(question.answer_at(2000s) == "certificate_expired");
    CHECK(question.answer_at(-1s) == "not_yet_valid");
    CHECK(question.answer_at(1500s, {.valid_after = 1500, .valid_before = 1500}) == "certificate_expired");
    CHECK(question.answer_at(1500s, {.valid_after = 2000, .valid_before = 1000}) == "not_yet_valid");

    const openssh_question forever;
    const auto judged = forever.judged("forever");
    CHECK_FALSE(std::get<certified>(judged).valid_before().has_value());
}

TEST_CASE("a certificate is good for those it names", "[bastion][identity][certificate_judge]")
{
    minted_question question;
    const auto answer = [&](std::vector<std::string> wanted, std::vector<std::string> named) {
        question.asked.principals = std::move(wanted);
        return question.answer({.principals = std::move(named)});
    };
    CHECK(answer({"alice"}, {"bob", "alice"}) == "certified");
    CHECK(answer({"carol", "bob"}, {"bob", "alice"}) == "certified");
    CHECK(answer({"alice"}, {"Alice"}) == "principal_not_listed");
    CHECK(answer({"alice"}, {"alice2"}) == "principal_not_listed");
    CHECK(answer({"alice"}, {"*"}) == "principal_not_listed");
    CHECK(answer({"alice"}, {""}) == "principal_not_listed");
    CHECK(answer({}, {"alice"}) == "principal_not_listed");
    CHECK(answer({"alice"}, {}) == "no_principals");
}

TEST_CASE("source-address keeps others out", "[bastion][identity][certificate_judge]")
{
    minted_question question;
    const auto answer = [&](std::string_view client, std::string data) {
        question.asked.client = make_address(client);
        return question.answer({.critical_options = {{"source-address", std::move(data)}}});
    };
    const auto networks = ssh_text("192.0.2.0/24,2001:db8::/32,203.0.113.7");
    CHECK(answer("192.0.2.200", networks) == "certified");
    CHECK(answer("::ffff:192.0.2.200", networks) == "certified");
    CHECK(answer("2001:db8::9", networks) == "certified");
    CHECK(answer("203.0.113.7", networks) == "certified");
    CHECK(answer("203.0.113.8", networks) == "source_not_allowed");
    CHECK(answer("192.0.3.1", networks) == "source_not_allowed");
    CHECK(answer("192.0.2.1", ssh_text("192.0.2.*")) == "bad_critical_option");
    CHECK(answer("192.0.2.1", ssh_text("192.0.2.0/24,")) == "bad_critical_option");
    CHECK(answer("192.0.2.1", ssh_text("")) == "bad_critical_option");
    CHECK(answer("192.0.2.1", ssh_text("192.0.2.1/24")) == "bad_critical_option");
    CHECK(answer("192.0.2.1", "192.0.2.0/24") == "bad_critical_option");
    CHECK(answer("192.0.2.1", networks + "x") == "bad_critical_option");
}

TEST_CASE("options and extensions say what the holder may do", "[bastion][identity][certificate_judge]")
{
    const openssh_question question;
    const auto forced = question.judged("forced"), cleared = question.judged("cleared");
    CHECK_FALSE(std::get<certified>(forced).allowed().commands);
    CHECK(std::get<certified>(forced).allowed().forwarding);
    CHECK_FALSE(std::get<certified>(cleared).allowed().forwarding);
    CHECK_FALSE(may_open(std::get<certified>(cleared).allowed(), "web", 22));

    const minted_question minted;
    CHECK(minted.answer({.critical_options = {{"force-command", "x"}}}) == "bad_critical_option");
    CHECK(minted.answer({.critical_options = {{"x@example.com", ""}}}) == "unknown_critical_option");
    CHECK(minted.answer({.critical_options = {{"Force-Command", ssh_text("x")}}}) ==
          "unknown_critical_option");
    CHECK(minted.answer({.extensions = {{"x@example.com", "y"}}}) == "certified");
}

TEST_CASE("a certificate for a security key is not taken", "[bastion][identity][certificate_judge]")
{
    minted_question question;
    question.asked.rules.security_keys = true;
    const auto key = key_named("user_ed25519");
    CHECK(question.answer({.type = "sk-ssh-ed25519-cert-v01@openssh.com",
                           .key = ssh_text(key.fields().point) + ssh_text("ssh:")}) ==
          "unknown_certificate_type");
}

TEST_CASE("the CA that a certificate names has to have signed it", "[bastion][identity][certificate_judge]")
{
    const openssh_question question;
    const certificate_mint forger;
    const certificate_order order{
        .valid_after = 0, .valid_before = 4102444800, .authority = key_named("ca_ed25519").blob()};
    CHECK(text_of(judge(forger.make(order), question.asked)) == "bad_signature");
}

TEST_CASE("rules of FIPS hold for key and CA", "[bastion][identity][certificate_judge]")
{
    openssh_question question;
    question.asked.rules.fips = true;
    CHECK(question.answer("by_p256") == "key_not_fips");
    CHECK(question.answer("of_p256") == "unfit_authority");
}

TEST_CASE("a revocation list takes certificates back", "[bastion][identity][certificate_judge]")
{
    openssh_question question;
    const auto list = *revocation_list::parse(made_by_openssh("krl_serials").blob);
    question.asked.revoked = &list;
    CHECK(question.answer("of_p256") == "revoked");
    CHECK(question.answer("no_serial") == "certified");
}

TEST_CASE("signatures have the form of their key", "[bastion][identity][signature]")
{
    const certificate_mint ca;
    const auto good = ca.sign("data");
    const auto raw = good.substr(good.size() - 64);
    CHECK_FALSE(check_signature(ca.key(), "data", good).has_value());
    CHECK(check_signature(ca.key(), "Data", good) == login_refusal::bad_signature);
    CHECK(check_signature(ca.key(), "data", good + 'x') == login_refusal::bad_signature);
    CHECK(check_signature(ca.key(), "data", "") == login_refusal::bad_signature);
    CHECK(check_signature(ca.key(), "data", ssh_text("ssh-ed25519") + ssh_text("")) ==
          login_refusal::bad_signature);
    CHECK(check_signature(ca.key(), "data", ssh_text("ssh-ed25519") + ssh_text(raw + 'x')) ==
          login_refusal::bad_signature);
    CHECK(check_signature(ca.key(), "data", ssh_text("rsa-sha2-256") + ssh_text(raw)) ==
          login_refusal::unsupported_signature);
    const auto p256 = key_named("ca_p256"), rsa = key_named("ca_rsa");
    const auto number = ssh_text("\1");
    const auto ecdsa = [&](std::string_view pair) {
        return check_signature(p256, "data", ssh_text("ecdsa-sha2-nistp256") + ssh_text(pair));
    };
    CHECK(ecdsa(number + number) == login_refusal::bad_signature);
    CHECK(ecdsa(number) == login_refusal::bad_signature);
    CHECK(ecdsa(number + number + number) == login_refusal::bad_signature);
    CHECK(ecdsa(ssh_text("\0"s) + number) == login_refusal::bad_signature);
    CHECK(ecdsa(ssh_text("\1" + std::string(32, 'x')) + number) == login_refusal::bad_signature);
    CHECK(check_signature(p256, "data", ssh_text("ecdsa-sha2-nistp384") + ssh_text(number + number)) ==
          login_refusal::unsupported_signature);
    for (const auto size : {0U, 1U, 384U, 385U})
        CHECK(check_signature(rsa, "data", ssh_text("rsa-sha2-512") + ssh_text(std::string(size, 'x'))) ==
              login_refusal::bad_signature);
    CHECK(check_signature(rsa, "data", ssh_text("ssh-rsa") + ssh_text(raw)) ==
          login_refusal::unsupported_signature);
}
