#include "lb/tls/server_context.hpp"

#include "tests/unit/tls/peer.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using lb::tls_channel;
using status = tls_channel::status;
using Catch::Matchers::Contains;

namespace {

// A private server with a certificate of `mint`'s authority, and what a connection to it makes of that.
struct house {
    test::certificate_mint mint;
    test::minted root = mint.make({.common_name = "house root", .authority = true});
    test::minted leaf = mint.make(
        {.common_name = "app", .names = {"app.internal", "*.apps.internal", "10.0.0.5"}, .issuer = &root});
    lb::ticket_keys keys;
    lb::server_context server{test::https_listener({leaf}), keys};

    // Empty when the connection stood, else the client's error.
    std::string connect(const conf::target_tls& settings, const std::string& name) const
    {
        const auto context = lb::make_target_context(settings);
        test::channel_pair pair(context.get(), server.first(), name);
        if (pair.shake()) return {};
        CHECK(pair.client_result.state == status::failed);
        return pair.client.error();
    }
};

}  // namespace

TEST_CASE("a target's certificate is verified", "[tls][target_context]")
{
    const house at;
    const conf::target_tls trusting{.verify = true, .ca = at.root.certificate_file, .server_name = {}};

    CHECK(at.connect(trusting, "app.internal") == "");
    CHECK(at.connect(trusting, "a.apps.internal") == "");
    CHECK(at.connect(trusting, "10.0.0.5") == "");
    CHECK(at.connect(trusting, "other.internal") == "certificate verify failed: hostname mismatch");
    CHECK(at.connect(trusting, "10.0.0.6") == "certificate verify failed: IP address mismatch");
}

TEST_CASE("a target's authority must be the one configured", "[tls][target_context]")
{
    house at;
    const auto other = at.mint.make({.common_name = "another root", .authority = true});
    CHECK_THAT(at.connect({.verify = true, .ca = other.certificate_file, .server_name = {}}, "app.internal"),
               Contains("certificate verify failed"));
    CHECK_THAT(
        at.connect({.verify = true, .ca = {}, .server_name = {}}, "app.internal"),  // the system's store
        Contains("certificate verify failed"));
    CHECK(at.connect({.verify = true, .ca = at.leaf.certificate_file, .server_name = {}}, "app.internal") ==
          "");
}

TEST_CASE("an expired target certificate is refused", "[tls][target_context]")
{
    test::certificate_mint mint;
    const auto root = mint.make({.common_name = "root", .authority = true});
    const auto expired = mint.make({.common_name = "app",
                                    .names = {"app.internal"},
                                    .issuer = &root,
                                    .lifetime = std::chrono::minutes(1)});
    lb::ticket_keys keys;
    const lb::server_context server(test::https_listener({expired}), keys);
    const auto context =
        lb::make_target_context({.verify = true, .ca = root.certificate_file, .server_name = {}});
    test::channel_pair pair(context.get(), server.first(), "app.internal");
    CHECK_FALSE(pair.shake());
    CHECK(pair.client.error() == "certificate verify failed: certificate has expired");
    CHECK(pair.server_result.state == status::failed);
    CHECK_THAT(pair.server.error(), Contains("alert certificate expired"));
}

TEST_CASE("verification can be switched off", "[tls][target_context]")
{
    const house at;
    CHECK(at.connect({.verify = false, .ca = {}, .server_name = {}}, "anything.internal") == "");
    CHECK(at.connect({.verify = false, .ca = {}, .server_name = {}}, "") == "");
}

TEST_CASE("verification without a name is a mistake, not a free pass", "[tls][target_context]")
{
    const house at;
    CHECK_THROWS_AS(at.connect({.verify = true, .ca = at.root.certificate_file, .server_name = {}}, ""),
                    std::invalid_argument);
}

TEST_CASE("a target is told the name it is asked for, but never an address", "[tls][target_context]")
{
    const house at;
    const auto context = lb::make_target_context({.verify = false, .ca = {}, .server_name = {}});
    test::channel_pair by_name(context.get(), at.server.first(), "app.internal");
    REQUIRE(by_name.shake());
    CHECK(by_name.server.server_name() == "app.internal");
    test::channel_pair by_address(context.get(), at.server.first(), "10.0.0.5");
    REQUIRE(by_address.shake());
    CHECK(by_address.server.server_name().empty());
}

TEST_CASE("an authority file that cannot be used is named", "[tls][target_context]")
{
    test::certificate_mint mint;
    const auto junk = mint.files().write("junk.pem", "not PEM\n");
    CHECK_THROWS_WITH(lb::make_target_context({.verify = true, .ca = junk, .server_name = {}}),
                      Contains(junk));
    CHECK_THROWS_WITH(lb::make_target_context({.verify = true, .ca = "/nowhere/ca.pem", .server_name = {}}),
                      Contains("/nowhere/ca.pem"));
}
