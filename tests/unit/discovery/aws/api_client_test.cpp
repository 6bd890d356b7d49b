#include "discovery/aws/api_client.hpp"

#include "discovery/aws/sigv4.hpp"
#include "tests/unit/discovery/aws/await.hpp"
#include "tests/unit/discovery/aws/loopback_server.hpp"

#include <catch2/catch.hpp>

#include <deque>

using namespace gatehouse::discovery::aws;
using namespace std::chrono_literals;
using gatehouse::discovery::stage::recorded_log;
using gatehouse::discovery::stage::run_until;
using after = stage::reply::after;
using text_result = result<std::string>;
using texts = std::vector<std::string>;

namespace {

const std::chrono::system_clock::time_point now(1704164645s);  // 2024-01-02T03:04:05Z

// Gives ASIA1, then ASIA2, ...; or the error it is told.
class counting_source final : public credential_source {
public:
    boost::asio::awaitable<source_result> fetch() override
    {
        if (failure) co_return *failure;
        co_return credentials{"ASIA" + std::to_string(++given), "secret", temporary ? "token" : "",
                              std::nullopt, "test"};
    }
    int given = 0;
    bool temporary = true;
    std::optional<api_error> failure;
};

stage::reply refusal(unsigned status, const std::string& code, const std::string& date = "")
{
    stage::reply said{status, "<ErrorResponse><Error><Code>" + code +
                                  "</Code><Message>so</Message></Error></ErrorResponse>"};
    if (!date.empty()) said.fields.push_back({"Date", date});
    return said;
}

// Auto Scaling as a script: answers in the order given, the last one for ever.
struct trial {
    explicit trial(std::vector<stage::reply> answers) : script(answers.begin(), answers.end())
    {
        settings.region = "eu-west-2";
        settings.endpoints.urls.autoscaling = server.text();
        settings.retries.base = settings.retries.cap = 1ms;
        settings.limits.total = 10s;
        auto made = std::make_unique<counting_source>();
        source = made.get();
        credential_sources one;
        one.push_back(std::move(made));
        keys.emplace(loop.get_executor(), std::move(one), out.log);
    }
    stage::reply next()
    {
        auto said = script.front();
        if (script.size() > 1) script.pop_front();
        return said;
    }
    api_client& talk()
    {
        if (!client)
            client.emplace(
                loop.get_executor(), settings, *keys, out.log,
                [this](const auto& service, const auto& operation, auto how) {
                    counted.push_back(service + ' ' + operation + ' ' + std::string(how));
                },
                [this] { return local; });
        return *client;
    }
    static api_call call()
    {
        form parameters("DescribeAutoScalingGroups", "2011-01-01");
        parameters.add("MaxRecords", "100");
        return {"autoscaling", "DescribeAutoScalingGroups", parameters};
    }
    text_result ask() { return stage::await(loop, talk().ask(call())); }
    // The results that were counted for the one operation there is.
    texts results() const
    {
        texts all;
        for (const auto& line : counted) {
            const std::string operation = "autoscaling DescribeAutoScalingGroups ";
            REQUIRE(line.starts_with(operation));
            all.push_back(line.substr(operation.size()));
        }
        return all;
    }
    std::string field(std::size_t request, const char* name) const
    {
        return server.requests().at(request).field(name);
    }

    std::deque<stage::reply> script;
    boost::asio::io_context loop;
    recorded_log out;
    stage::loopback_server server{loop, [this](const auto&) { return next(); }};
    std::chrono::system_clock::time_point local = now;
    api_settings settings;
    counting_source* source = nullptr;
    texts counted;
    std::optional<credential_chain> keys;
    std::optional<api_client> client;
};

using answers = std::vector<stage::reply>;

}  // namespace

TEST_CASE("a call is a signed form, and its answer's body comes back", "[aws][api_client]")
{
    trial of(answers{{200, "<yes/>"}});
    CHECK(*of.ask() == "<yes/>");
    const auto& seen = of.server.requests().at(0);
    CHECK(seen.method == "POST");
    CHECK(seen.target == "/");
    CHECK(seen.body == "Action=DescribeAutoScalingGroups&Version=2011-01-01&MaxRecords=100");
    CHECK(seen.field("host") == authority(of.server.origin()));
    CHECK(seen.field("content-type") == "application/x-www-form-urlencoded; charset=utf-8");
    CHECK(seen.field("x-amz-date") == "20240102T030405Z");
    CHECK(seen.field("x-amz-security-token") == "token");
    http_request same;
    same.host = authority(of.server.origin());
    same.fields = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
    same.body = seen.body;
    sign(same, {"ASIA1", "secret", "token", std::nullopt, ""}, "eu-west-2", "autoscaling", now);
    CHECK(seen.field("authorization") == same.fields.back().value);
    CHECK(of.results() == texts{"success"});
}

TEST_CASE("a call that AWS refuses for good is made once", "[aws][api_client]")
{
    trial of(answers{refusal(403, "AccessDenied")});
    const auto failed = of.ask();
    REQUIRE(failed.has_error());
    CHECK(failed.error().kind == error_kind::permission);
    CHECK(failed.error().status == 403);
    CHECK(failed.error().code == "AccessDenied");
    CHECK(failed.error().message == "so");
    CHECK(of.results() == texts{"permission"});
}

TEST_CASE("a call that fails for a while is made again", "[aws][api_client]")
{
    const std::vector<http_field> closing{{"Connection", "close"}};
    trial of(answers{{503, "", after::keep, closing},
                     {200, "", after::hang_up},
                     {200, "", after::close, {}, "junk\r\n\r\n"},
                     {200, "yes"}});
    CHECK(*of.ask() == "yes");
    CHECK(of.results() == texts{"transient", "reset", "invalid", "success"});
    CHECK(of.talk().poll_slowdown() == 1);
}

TEST_CASE("a call that keeps failing is given up after the fourth attempt", "[aws][api_client]")
{
    trial of(answers{refusal(400, "Throttling")});
    CHECK(of.ask().error().kind == error_kind::throttled);
    CHECK(of.results() == texts(4, "throttled"));
    CHECK(of.talk().poll_slowdown() == 2);
}

TEST_CASE("keys that AWS calls expired are replaced once", "[aws][api_client]")
{
    SECTION("and then they are good")
    {
        trial of(answers{refusal(403, "ExpiredToken"), {200, "yes"}});
        CHECK(*of.ask() == "yes");
        CHECK(of.field(0, "authorization").find("Credential=ASIA1/") != std::string::npos);
        CHECK(of.field(1, "authorization").find("Credential=ASIA2/") != std::string::npos);
        CHECK(of.results() == texts{"expired_token", "success"});
    }
    SECTION("and then they are no better")
    {
        trial of(answers{refusal(403, "ExpiredToken")});
        CHECK(of.ask().error().kind == error_kind::expired_token);
        CHECK(of.results() == texts{"expired_token", "expired_token"});
        CHECK(of.source->given == 2);
    }
}

TEST_CASE("a clock that AWS finds wrong is corrected by the Date field", "[aws][api_client]")
{
    trial of(answers{refusal(403, "RequestTimeTooSkewed", "Tue, 02 Jan 2024 05:04:05 GMT"), {200, "yes"}});
    CHECK(*of.ask() == "yes");
    CHECK(of.field(0, "x-amz-date") == "20240102T030405Z");
    CHECK(of.field(1, "x-amz-date") == "20240102T050405Z");
    CHECK(of.source->given == 1);
    of.local += 10min;
    CHECK(*of.ask() == "yes");
    CHECK(of.field(2, "x-amz-date") == "20240102T051405Z");
    CHECK(of.out.lines.back() ==
          "level=warning event=\"this machine's clock is wrong, requests to AWS are signed with "
          "the time of AWS\" seconds_behind=7200\n");
}

TEST_CASE("a clock that was set right is found to be so", "[aws][api_client]")
{
    trial of(answers{refusal(403, "RequestTimeTooSkewed", "Tue, 02 Jan 2024 05:04:05 GMT"),
                     {200, "yes"},
                     refusal(403, "RequestTimeTooSkewed", "Tue, 02 Jan 2024 05:04:15 GMT"),
                     {200, "yes"}});
    CHECK(*of.ask() == "yes");
    of.local += 2h;
    CHECK(*of.ask() == "yes");
    CHECK(of.field(2, "x-amz-date") == "20240102T070405Z");
    CHECK(of.field(3, "x-amz-date") == "20240102T050415Z");
    CHECK(of.out.lines.back() == "level=info event=\"this machine's clock is right again\"\n");
}

TEST_CASE("a clock is corrected once for a call", "[aws][api_client]")
{
    trial of(answers{refusal(403, "RequestTimeTooSkewed", "Tue, 02 Jan 2024 05:04:05 GMT"),
                     refusal(403, "RequestTimeTooSkewed", "Tue, 02 Jan 2024 09:04:05 GMT")});
    of.source->temporary = false;
    CHECK(of.ask().error().kind == error_kind::clock_skew);
    CHECK(of.server.requests().size() == 2);
}

TEST_CASE("where the clock is right, the keys are too old", "[aws][api_client]")
{
    const auto date = GENERATE(as<std::string>{}, "", "Tue, 02 Jan 2024 03:04:35 GMT");
    trial of(answers{refusal(400, "RequestExpired", date), {200, "yes"}});
    SECTION("as EC2 says it")
    {
        CHECK(*of.ask() == "yes");
        CHECK(of.source->given == 2);
        CHECK(of.field(1, "x-amz-date") == "20240102T030405Z");
    }
    SECTION("which long-term keys never are")
    {
        of.source->temporary = false;
        CHECK(of.ask().error().kind == error_kind::clock_skew);
        CHECK(of.source->given == 1);
    }
}

TEST_CASE("without keys nothing is sent", "[aws][api_client]")
{
    trial of(answers{{200, "yes"}});
    of.source->failure = api_error(error_kind::authentication, 0, "", "no keys");
    CHECK(of.ask().error().message == "no keys");
    CHECK(of.server.connections() == 0);
    CHECK(of.counted.empty());
    of.source->failure.reset();
    CHECK(*of.ask() == "yes");
}

TEST_CASE("AWS that cannot be reached is a transient error", "[aws][api_client]")
{
    trial of(answers{{200, "yes"}});
    of.talk();
    of.server.shut();
    const auto failed = of.ask();
    REQUIRE(failed.has_error());
    CHECK(failed.error().kind == error_kind::transient);
    CHECK(failed.error().status == 0);
    CHECK(of.results() == texts(4, "refused"));
}

TEST_CASE("a client that goes ends its calls", "[aws][api_client]")
{
    SECTION("while they wait for an answer")
    {
        trial of(answers{{200, "", after::silence}});
        stage::pending<text_result> call(of.loop, of.talk().ask(trial::call()));
        REQUIRE(run_until(of.loop, [&] { return of.server.requests().size() == 1; }));
        of.client.reset();
        CHECK(call.take().error().kind == error_kind::transient);
        CHECK(of.counted.empty());
    }
    SECTION("while they pause")
    {
        trial of(answers{{503, ""}});
        of.settings.retries.base = of.settings.retries.cap = 1h;
        stage::pending<text_result> call(of.loop, of.talk().ask(trial::call()));
        REQUIRE(run_until(of.loop, [&] { return of.counted.size() == 1; }));
        of.client.reset();
        CHECK(call.take().error().kind == error_kind::transient);
        CHECK(of.server.requests().size() == 1);
    }
    SECTION("before they began")
    {
        trial of(answers{{200, "yes"}});
        auto call = of.talk().ask(trial::call());
        of.client.reset();
        CHECK(stage::await(of.loop, std::move(call)).has_error());
        CHECK(of.server.connections() == 0);
    }
}
