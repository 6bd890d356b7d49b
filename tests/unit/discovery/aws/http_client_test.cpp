#include "discovery/aws/http_client.hpp"

#include "discovery/aws/http_connection.hpp"
#include "tests/support/certificates.hpp"
#include "tests/unit/discovery/aws/await.hpp"
#include "tests/unit/discovery/aws/loopback_server.hpp"

#include <boost/system/system_error.hpp>

#include <catch2/catch.hpp>

#include <deque>

using namespace gatehouse::discovery::aws;
using namespace std::chrono_literals;
using gatehouse::discovery::stage::run_until;
using after = stage::reply::after;
using reason = http_failure::reason;
using answers = std::vector<stage::reply>;

namespace {

// A server that answers in the order given, the last one for ever, and a client of it.
struct trial {
    explicit trial(const answers& said, std::chrono::milliseconds total = 10s)
        : script(said.begin(), said.end())
    {
        limits.total = total;
    }

    stage::reply next()
    {
        auto said = script.front();
        if (script.size() > 1) script.pop_front();
        return said;
    }
    http_client& talk()
    {
        if (!client) client.emplace(loop.get_executor(), where, limits);
        return *client;
    }
    http_result ask(http_request what = {}) { return stage::await(loop, talk().ask(std::move(what))); }
    reason why()
    {
        const auto failed = ask();
        REQUIRE(failed.has_error());
        CHECK_FALSE(failed.error().message.empty());
        return failed.error().why;
    }

    boost::asio::io_context loop;
    std::deque<stage::reply> script;
    stage::loopback_server server{loop, [this](const auto&) { return next(); }};
    url where = server.origin();
    http_limits limits;
    std::optional<http_client> client;
};

}  // namespace

TEST_CASE("a request arrives as it was asked for, and its answer too", "[aws][http_client]")
{
    stage::reply said{201, "made", after::keep, {{"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}}};
    trial of(answers{said});
    http_request what;
    what.method = "PUT";
    what.host = "ec2.example";
    what.path = "/a/b";
    what.query = "c=d";
    what.fields = {{"X-One", "1"}, {"Content-Type", "text/plain"}};
    what.body = "body";
    const auto answer = of.ask(what);
    REQUIRE(answer.has_value());
    CHECK(answer->status == 201);
    CHECK(answer->date == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(answer->body == "made");
    const auto& seen = of.server.requests().at(0);
    CHECK(seen.method == "PUT");
    CHECK(seen.target == "/a/b?c=d");
    CHECK(seen.field("host") == "ec2.example");
    CHECK(seen.field("x-one") == "1");
    CHECK(seen.field("content-type") == "text/plain");
    CHECK(seen.field("content-length") == "4");
    CHECK(seen.field("user-agent").starts_with("Gatehouse/"));
    CHECK(seen.body == "body");
}

TEST_CASE("a server without another name is called by its address", "[aws][http_client]")
{
    trial of(answers{{}});
    SECTION("an address")
    {
        CHECK(of.ask().has_value());
    }
    SECTION("a name")
    {
        of.where.host = "localhost";
        CHECK(of.ask().has_value());
    }
    CHECK(of.server.requests().at(0).field("host") == authority(of.where));
    CHECK(of.server.requests().at(0).target == "/");
}

TEST_CASE("requests in a row share a connection", "[aws][http_client]")
{
    trial of(answers{{}, {}, {200, "", after::keep, {{"Connection", "close"}}}, {}});
    for (int i = 0; i < 4; ++i) CHECK(of.ask().has_value());
    CHECK(of.server.requests().at(2).connection == 1);
    CHECK(of.server.requests().at(3).connection == 2);
}

TEST_CASE("a kept connection that was closed is replaced by a fresh one, once", "[aws][http_client]")
{
    SECTION("before the request came")
    {
        trial of(answers{{200, "", after::close}, {200, "again"}});
        CHECK(of.ask().has_value());
        CHECK(of.ask()->body == "again");
        CHECK(of.server.requests().size() == 2);
    }
    SECTION("when it came")
    {
        trial of(answers{{}, {200, "", after::hang_up}, {200, "again"}});
        CHECK(of.ask().has_value());
        CHECK(of.ask()->body == "again");
        CHECK(of.server.requests().size() == 3);
    }
    SECTION("and the fresh one fails as well")
    {
        trial of(answers{{}, {200, "", after::hang_up}});
        CHECK(of.ask().has_value());
        CHECK(of.why() == reason::reset);
        CHECK(of.server.requests().size() == 3);
    }
}

TEST_CASE("a fresh connection that is closed is not replaced", "[aws][http_client]")
{
    trial of(answers{{200, "", after::hang_up}});
    CHECK(of.why() == reason::reset);
    CHECK(of.server.connections() == 1);
}

TEST_CASE("an answer that broke off is not asked for again", "[aws][http_client]")
{
    const auto part = GENERATE(as<std::string>{}, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
                               "HTTP/1.1 200 O", "H", "HTTP/1.1 103 Hints\r\n\r\n");
    CAPTURE(part);
    trial of(answers{{}, {200, "", after::close, {}, part}});
    CHECK(of.ask().has_value());
    CHECK(of.why() == reason::reset);
    CHECK(of.server.requests().size() == 2);
}

TEST_CASE("a server that says nothing is given up in time", "[aws][http_client]")
{
    trial of(answers{{}, {200, "", after::silence}}, 100ms);
    CHECK(of.ask().has_value());
    CHECK(of.why() == reason::timeout);
    CHECK(of.server.requests().size() == 2);  // whether it did what it was asked to is not known
    CHECK(of.why() == reason::timeout);
    CHECK(of.server.connections() == 2);
}

TEST_CASE("what cannot be reached is said to be so", "[aws][http_client]")
{
    trial of(answers{{}});
    SECTION("nobody listens")
    {
        of.server.shut();
        CHECK(of.why() == reason::refused);
    }
    SECTION("no such name")
    {
        of.where.host = std::string(300, 'a');
        CHECK(of.why() == reason::unresolved);
    }
}

TEST_CASE("what is no answer, or too long a one, is refused", "[aws][http_client]")
{
    SECTION("not HTTP")
    {
        trial of(answers{{200, "", after::close, {}, "SSH-2.0-OpenSSH_9.2\r\n"}});
        CHECK(of.why() == reason::invalid);
    }
    SECTION("longer than allowed")
    {
        trial of(answers{{200, "12345678901"}, {200, "1234567890"}});
        of.limits.body = 10;
        CHECK(of.why() == reason::invalid);
        CHECK(of.ask().has_value());
        CHECK(of.server.connections() == 2);
    }
    SECTION("longer than it says")
    {
        trial of(answers{{200,
                          "",
                          after::keep,
                          {},
                          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n"},
                         {}});
        CHECK(of.ask()->body == "ok");
        CHECK(of.ask()->body.empty());
        CHECK(of.server.connections() == 2);
    }
}

TEST_CASE("interim answers are passed over", "[aws][http_client]")
{
    trial of(answers{{200,
                      "",
                      after::keep,
                      {},
                      "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "
                      "OK\r\nContent-Length: 2\r\n\r\nok"}});
    CHECK(of.ask()->body == "ok");
    CHECK(of.ask()->body == "ok");
    CHECK(of.server.connections() == 1);
}

TEST_CASE("four requests are under way at most, the others wait their turn", "[aws][http_client]")
{
    SECTION("which comes")
    {
        trial of(answers{{200, "yes"}});
        std::vector<stage::pending<http_result>> all;
        for (int i = 0; i < 9; ++i) all.emplace_back(of.loop, of.talk().ask({}));
        for (auto& one : all) CHECK(one.take()->body == "yes");
    }
    SECTION("or does not")
    {
        trial of(answers{{200, "", after::silence}}, 1s);
        std::vector<stage::pending<http_result>> all;
        for (int i = 0; i < 6; ++i) all.emplace_back(of.loop, of.talk().ask({}));
        REQUIRE(run_until(of.loop, [&] { return of.server.requests().size() >= 4; }));
        of.loop.run_for(50ms);
        CHECK(of.server.requests().size() == 4);
        // When time is up for all, a place may become free just before it is up for who waits for one.
        for (auto& one : all) CHECK(one.take().error().why == reason::timeout);
    }
}

TEST_CASE("a client that goes ends its requests", "[aws][http_client]")
{
    trial of(answers{{200, "", after::silence}}, 1h);
    of.limits.connect = 1h;
    std::vector<stage::pending<http_result>> all;
    for (int i = 0; i < 5; ++i) all.emplace_back(of.loop, of.talk().ask({}));
    REQUIRE(run_until(of.loop, [&] { return of.server.requests().size() == 4; }));
    SECTION("by close()")
    {
        of.client->close();
        CHECK(of.why() == reason::closed);
    }
    SECTION("by its destructor")
    {
        of.client.reset();
    }
    for (auto& one : all) CHECK(one.take().error().why == reason::closed);
}

namespace {

// A server with a certificate for `names`, and an authority that signed it.
struct tls_trial {
    explicit tls_trial(std::vector<std::string> names)
    {
        const auto leaf =
            mint.make({"server", std::move(names), gatehouse::test::key_kind::ecdsa_p256, false, &root});
        auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
        context->use_certificate_chain_file(leaf.certificate_file);
        context->use_private_key_file(leaf.key_file, boost::asio::ssl::context::pem);
        server.emplace(
            loop,
            [](const auto&) {
                return stage::reply{200, "secret"};
            },
            context);
    }
    http_result ask(const std::string& ca_file, const std::string& host = "127.0.0.1")
    {
        http_limits limits;
        limits.ca_file = ca_file;
        auto where = server->origin();
        where.host = host;
        client.emplace(loop.get_executor(), where, limits);
        return stage::await(loop, client->ask({}));
    }

    gatehouse::test::certificate_mint mint;
    gatehouse::test::minted root =
        mint.make({"authority", {}, gatehouse::test::key_kind::ecdsa_p256, true, nullptr});
    boost::asio::io_context loop;
    std::optional<stage::loopback_server> server;
    std::optional<http_client> client;
};

}  // namespace

TEST_CASE("https is kept open, too", "[aws][http_client][tls]")
{
    tls_trial of({"127.0.0.1", "localhost"});
    CHECK(of.ask(of.root.certificate_file)->body == "secret");
    CHECK(stage::await(of.loop, of.client->ask({}))->body == "secret");
    CHECK(of.server->connections() == 1);
    CHECK(of.ask(of.root.certificate_file, "localhost")->body == "secret");
}

TEST_CASE("an https server that cannot be trusted is sent nothing", "[aws][http_client][tls]")
{
    tls_trial of({"localhost"});
    http_result refused = http_failure();
    SECTION("nobody known signed its certificate")
    {
        refused = of.ask("", "localhost");
    }
    SECTION("its certificate is another host's")
    {
        refused = of.ask(of.root.certificate_file, "127.0.0.1");
    }
    REQUIRE(refused.has_error());
    CHECK(refused.error().why == reason::tls);
    CAPTURE(refused.error().message);
    CHECK(refused.error().message.find("TLS: ") != std::string::npos);
    CHECK(of.server->requests().empty());
}

TEST_CASE("what does not speak TLS is not spoken to", "[aws][http_client][tls]")
{
    trial of(answers{{}});
    of.where.scheme = url::protocol::https;
    CHECK(of.why() == reason::tls);
    CHECK(of.server.requests().empty());
}

TEST_CASE("https is TLS 1.2 or newer, and verified", "[aws][http_client][tls]")
{
    const auto context = make_client_context("");
    CHECK(SSL_CTX_get_min_proto_version(context->native_handle()) == TLS1_2_VERSION);
    CHECK((SSL_CTX_get_verify_mode(context->native_handle()) & SSL_VERIFY_PEER) != 0);
}

TEST_CASE("authorities that cannot be read are no reason to trust anybody", "[aws][http_client][tls]")
{
    boost::asio::io_context loop;
    http_limits limits;
    limits.ca_file = "/nonexistent/ca.pem";
    CHECK_THROWS_AS(http_client(loop.get_executor(), url(), limits), boost::system::system_error);
}
