#include "bastion/identity/key_options.hpp"

#include "bastion/identity/option_reader.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;
using namespace std::chrono_literals;

namespace {

using boost::asio::ip::make_address;
using std::chrono::sys_seconds;

key_options options(std::string_view text)
{
    const auto read = parse_key_options(text);
    if (!read) FAIL(read.error());
    return *read;
}

std::string error_of(std::string_view text)
{
    const auto read = parse_key_options(text);
    return read ? "" : read.error();
}

std::string answer(std::string_view text, std::string_view client, std::chrono::seconds now)
{
    const auto refused = check_conditions(options(text), make_address(client), sys_seconds(now));
    return refused ? std::string(to_string(*refused)) : "";
}

}  // namespace

TEST_CASE("a key without options may do everything", "[bastion][identity][key_options]")
{
    const auto read = options("");
    CHECK_FALSE(read.authority);
    CHECK(read.principals.empty());
    CHECK_FALSE(read.from.has_value());
    CHECK_FALSE(read.expires.has_value());
    CHECK(read.touch_required);
    CHECK_FALSE(read.verify_required);
    CHECK(read.allowed.commands);
    CHECK(may_open(read.allowed, "web", 22));
}

TEST_CASE("flags of forwarding count in their order", "[bastion][identity][key_options]")
{
    CHECK_FALSE(options("no-port-forwarding").allowed.forwarding);
    CHECK_FALSE(options("restrict").allowed.forwarding);
    CHECK(options("restrict,port-forwarding").allowed.forwarding);
    CHECK_FALSE(options("port-forwarding,restrict").allowed.forwarding);
    CHECK(options("no-port-forwarding,port-forwarding").allowed.forwarding);
    CHECK_FALSE(options("RESTRICT").allowed.forwarding);
    CHECK_FALSE(options("No-Port-Forwarding").allowed.forwarding);
    CHECK_FALSE(may_open(options("restrict,permitopen=\"web:22\"").allowed, "web", 22));
}

TEST_CASE("permitopen names what may be opened", "[bastion][identity][key_options]")
{
    const auto allowed =
        options(R"(permitopen="web:22",permitopen="db:*",permitopen="[2001:db8::1]:22",permitopen="*:8022")")
            .allowed;
    CHECK(may_open(allowed, "web", 22));
    CHECK_FALSE(may_open(allowed, "web", 23));
    CHECK_FALSE(may_open(allowed, "WEB", 22));
    CHECK_FALSE(may_open(allowed, "web2", 22));
    CHECK(may_open(allowed, "db", 5432));
    CHECK(may_open(allowed, "2001:db8::1", 22));
    CHECK_FALSE(may_open(allowed, "2001:db8::2", 22));
    CHECK(may_open(allowed, "anything", 8022));
    for (const auto* const bad : {"", "web", ":22", "web:", "web:0", "web:65536", "web:022", "web:x",
                                  "2001:db8::1:22", "[web:22", "[]:22", "a/b:22", "web:22 "})
        CHECK(error_of("permitopen=\"" + std::string(bad) + '"') ==
              "permitopen=: expected host:port, found '" + std::string(bad) + '\'');
    std::string many = "permitopen=\"a:1\"";
    for (int i = 0; i < 4096; ++i) many += ",permitopen=\"a:1\"";
    CHECK(error_of(many) == "too many permitopen=");
}

TEST_CASE("a key is good from where and until when its line says", "[bastion][identity][key_options]")
{
    CHECK(answer("", "192.0.2.1", 5s).empty());
    CHECK(answer(R"(from="192.0.2.0/24,!192.0.2.9")", "192.0.2.1", 5s).empty());
    CHECK(answer(R"(from="192.0.2.0/24,!192.0.2.9")", "192.0.2.9", 5s) == "source_not_allowed");
    CHECK(answer(R"(expiry-time="19700101000010Z")", "192.0.2.1", 10s).empty());
    CHECK(answer(R"(expiry-time="19700101000010Z")", "192.0.2.1", 11s) == "key_expired");
    CHECK(answer(R"(expiry-time="19700101Z")", "192.0.2.1", 11s) == "key_expired");
    CHECK(answer(R"(expiry-time="20300101Z",expiry-time="19700101000010Z",expiry-time="20310101Z")",
                 "192.0.2.1", 11s) == "key_expired");
    CHECK(error_of(R"(from="192.0.2.0/24",from="::1")") == "more than one from=");
    CHECK(error_of(R"(from="192.0.2.1/24")") == "from=: '192.0.2.1/24' is no network");
    CHECK(error_of(R"(expiry-time="tomorrow")") ==
          "expiry-time=: expected YYYYMMDD[HHMM[SS]][Z], found 'tomorrow'");
}

TEST_CASE("a CA's line may name whom it signs for", "[bastion][identity][key_options]")
{
    const auto read = options(R"(cert-authority,principals="alice,ops")");
    CHECK(read.authority);
    CHECK(read.principals == std::vector<std::string>{"alice", "ops"});
    CHECK(options("Cert-Authority").principals.empty());
    CHECK(error_of(R"(principals="alice")") == "principals= without cert-authority");
    CHECK(error_of(R"(cert-authority,principals="")") == "principals=: an empty name");
    CHECK(error_of(R"(cert-authority,principals="a,")") == "principals=: an empty name");
    CHECK(error_of(R"(cert-authority,principals="a",principals="b")") == "more than one principals=");
}

TEST_CASE("a forced command closes the bastion's own, and no channel", "[bastion][identity][key_options]")
{
    const auto read = options(R"(command="echo \"hello, you\" \x",no-pty)");
    CHECK_FALSE(read.allowed.commands);
    CHECK(read.allowed.forwarding);
    CHECK(error_of(R"(command="a",command="b")") == "more than one command=");
}

TEST_CASE("options without meaning here are taken", "[bastion][identity][key_options]")
{
    const auto read =
        options(R"(no-pty,pty,no-agent-forwarding,agent-forwarding,no-X11-forwarding,x11-forwarding,)"
                R"(no-user-rc,user-rc,environment="A_1=b",tunnel="0",permitlisten="8080")");
    CHECK(read.allowed.forwarding);
    CHECK(read.allowed.commands);
    CHECK_FALSE(options("no-touch-required").touch_required);
    CHECK(options("verify-required").verify_required);
    CHECK(error_of(R"(environment="b")") == "environment=: expected NAME=value, found 'b'");
    CHECK(error_of(R"(environment="=b")") == "environment=: expected NAME=value, found '=b'");
    CHECK(error_of(R"(environment="A B=b")") == "environment=: expected NAME=value, found 'A B=b'");
}

TEST_CASE("unknown options and lists that are none are refused", "[bastion][identity][key_options]")
{
    CHECK(error_of("future-restriction") == "unknown option 'future-restriction'");
    CHECK(error_of("restrict,no-restrict") == "unknown option 'no-restrict'");
    CHECK(error_of("no-verify-required") == "unknown option 'no-verify-required'");
    CHECK(error_of("from") == "unknown option 'from'");
    CHECK(error_of(R"(restrict="")") == "unknown option 'restrict='");
    CHECK(error_of(R"(no-from="*")") == "unknown option 'no-from='");
    CHECK(error_of("from=*") == "the value of 'from' is not in quotes");
    CHECK(error_of(R"(from="*)") == "the value of 'from' is not in quotes");
    CHECK(error_of(R"(from="*\")") == "the value of 'from' is not in quotes");
    CHECK(error_of(R"(from="*"x)") == "no comma behind the value of 'from'");
    CHECK(error_of("restrict,") == "a comma with no option behind it");
    CHECK(error_of(",restrict") == "an option without a name");
    CHECK(error_of("restrict,,pty") == "an option without a name");
    CHECK(error_of(R"(="x")") == "an option without a name");
    CHECK(error_of("x\x1b[2J") == "unknown option 'x\\x1b[2j'");
}

TEST_CASE("options end at a blank outside of quotes", "[bastion][identity][option_reader]")
{
    CHECK(options_size("") == 0U);
    CHECK(options_size("restrict") == 8U);
    CHECK(options_size("restrict ssh-rsa") == 8U);
    CHECK(options_size("restrict\tssh-rsa") == 8U);
    CHECK(options_size(R"(command="a b" x)") == 13U);
    CHECK(options_size(R"(command="a \" b" x)") == 16U);
    CHECK_FALSE(options_size(R"(command="a b x)").has_value());
    CHECK_FALSE(options_size(R"(command="a\" b x)").has_value());
}
