#include "discovery/aws/credential_chain.hpp"

#include "discovery/aws/wait_list.hpp"
#include "tests/unit/discovery/aws/await.hpp"
#include "tests/unit/discovery/aws/loopback_server.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;
using namespace std::chrono_literals;
using gatehouse::discovery::stage::recorded_log;
using gatehouse::discovery::stage::run_until;
using gatehouse::discovery::stage::scratch_directory;
using clock_type = credential_chain::clock;
using keys_result = result<credentials>;

namespace {

const clock_type::time_point start(std::chrono::hours(500'000));

credentials keys(const std::string& id, std::optional<clock_type::time_point> expires = std::nullopt)
{
    return {id, "the secret of " + id, "the token of " + id, expires, "somewhere"};
}

const api_error broken(error_kind::transient, 0, "", "it is broken");

// Answers what it is told to, at once or when it is let go.
class told_source final : public credential_source {
public:
    explicit told_source(boost::asio::io_context& loop) : held_back(loop.get_executor()) {}

    boost::asio::awaitable<source_result> fetch() override
    {
        ++asked;
        while (hold) co_await held_back.wait(std::chrono::steady_clock::time_point::max());
        co_return answer;
    }
    void close() override { let_go(); }
    void let_go()
    {
        hold = false;
        held_back.wake_all();
    }

    source_result answer = std::optional<credentials>();
    int asked = 0;
    bool hold = false;
    wait_list held_back;
};

// A chain of two sources that are told what to answer.
struct trial {
    trial()
    {
        credential_sources both;
        for (auto** one : {&first, &second}) {
            auto made = std::make_unique<told_source>(loop);
            *one = made.get();
            both.push_back(std::move(made));
        }
        chain.emplace(loop.get_executor(), std::move(both), out.log, [this] { return now; });
    }
    keys_result current() { return stage::await(loop, chain->current()); }
    std::string id()
    {
        const auto found = current();
        return found ? found->access_key : "error: " + found.error().message;
    }

    boost::asio::io_context loop;
    recorded_log out;
    told_source *first = nullptr, *second = nullptr;
    clock_type::time_point now = start;
    std::optional<credential_chain> chain;
};

}  // namespace

TEST_CASE("the first source with keys gives them, and is named once", "[aws][credential_chain]")
{
    trial of;
    of.second->answer = keys("AKIA2");
    CHECK(of.id() == "AKIA2");
    CHECK(of.id() == "AKIA2");
    CHECK(of.first->asked == 1);
    CHECK(of.second->asked == 1);
    CHECK(of.out.lines ==
          std::vector<std::string>{"level=info event=\"AWS credentials found\" source=somewhere\n"});
}

TEST_CASE("a source before that has keys is enough", "[aws][credential_chain]")
{
    trial of;
    of.first->answer = keys("AKIA1");
    of.second->answer = keys("AKIA2");
    CHECK(of.id() == "AKIA1");
    CHECK(of.second->asked == 0);
}

TEST_CASE("a source that fails is not passed over", "[aws][credential_chain]")
{
    trial of;
    of.first->answer = broken;
    of.second->answer = keys("AKIA2");
    CHECK(of.id() == "error: it is broken");
    CHECK(of.id() == "error: it is broken");
    CHECK(of.second->asked == 0);
    REQUIRE(of.out.lines.size() == 1);
    CHECK(of.out.lines[0] == "level=error event=\"no AWS credentials\" reason=\"it is broken\"\n");
    of.first->answer = keys("AKIA1");
    CHECK(of.id() == "AKIA1");
}

TEST_CASE("no keys anywhere is an error that says where", "[aws][credential_chain]")
{
    trial of;
    const auto found = of.current();
    REQUIRE(found.has_error());
    CHECK(found.error().kind == error_kind::authentication);
    CHECK(found.error().message.find("instance role") != std::string::npos);
}

TEST_CASE("keys that end are replaced four to five minutes before", "[aws][credential_chain]")
{
    for (int round = 0; round < 20; ++round) {
        trial of;
        of.first->answer = keys("ASIA1", start + 6h);
        CHECK(of.id() == "ASIA1");
        of.first->answer = keys("ASIA2", start + 12h);
        of.now = start + 6h - 5min - 1s;
        CHECK(of.id() == "ASIA1");
        of.now = start + 6h - 4min;
        CHECK(of.id() == "ASIA2");
        CHECK(of.first->asked == 2);
        CHECK(of.out.lines.size() == 1);
    }
}

TEST_CASE("keys that cannot be replaced are used to their end", "[aws][credential_chain]")
{
    trial of;
    of.first->answer = keys("ASIA1", start + 1h);
    CHECK(of.id() == "ASIA1");
    of.first->answer = broken;
    of.now = start + 56min;
    CHECK(of.id() == "ASIA1");
    CHECK(of.first->asked == 2);
    of.now += 29s;
    CHECK(of.id() == "ASIA1");
    CHECK(of.first->asked == 2);
    of.now += 1s;
    CHECK(of.id() == "ASIA1");
    CHECK(of.first->asked == 3);
    REQUIRE(of.out.lines.size() == 2);
    CHECK(of.out.lines[1] ==
          "level=warning event=\"AWS credentials cannot be renewed, those at hand are used to their "
          "end\" source=somewhere reason=\"it is broken\"\n");
    SECTION("and not longer")
    {
        of.now = start + 1h;
        CHECK(of.id() == "error: it is broken");
    }
    SECTION("and replaced when that works again")
    {
        of.first->answer = keys("ASIA2", start + 2h);
        of.now += 30s;
        CHECK(of.id() == "ASIA2");
        CHECK(of.out.lines.back() ==
              "level=info event=\"AWS credentials can be renewed again\" source=somewhere\n");
    }
}

TEST_CASE("keys that do not end are never replaced", "[aws][credential_chain]")
{
    trial of;
    of.first->answer = keys("AKIA1");
    CHECK(of.id() == "AKIA1");
    of.now += 24h * 365;
    CHECK(of.id() == "AKIA1");
    CHECK(of.first->asked == 1);
}

TEST_CASE("keys that come past their end are used for half a minute", "[aws][credential_chain]")
{
    trial of;
    of.first->answer = keys("ASIA1", start - 1h);
    CHECK(of.id() == "ASIA1");
    of.now += 29s;
    CHECK(of.id() == "ASIA1");
    CHECK(of.first->asked == 1);
    of.first->answer = broken;
    of.now += 1s;
    CHECK(of.id() == "error: it is broken");
}

TEST_CASE("callers that come at once share one answer", "[aws][credential_chain]")
{
    trial of;
    of.first->hold = true;
    std::vector<stage::pending<keys_result>> callers;
    for (int i = 0; i < 3; ++i) callers.emplace_back(of.loop, of.chain->current());
    REQUIRE(run_until(of.loop, [&] { return of.first->asked == 1; }));
    of.loop.poll();
    of.first->answer = keys("AKIA1");
    of.first->let_go();
    for (auto& one : callers) CHECK(one.take()->access_key == "AKIA1");
    CHECK(of.first->asked == 1);
}

TEST_CASE("keys that AWS refuses are replaced", "[aws][credential_chain]")
{
    trial of;
    of.first->answer = keys("ASIA1", start + 6h);
    const auto old = *of.current();
    of.first->answer = keys("ASIA2", start + 6h);
    of.chain->refuse(old);
    CHECK(of.id() == "ASIA2");
    of.chain->refuse(old);  // as another call does that was signed with the old ones
    CHECK(of.id() == "ASIA2");
    CHECK(of.first->asked == 2);
}

TEST_CASE("a chain that goes lets nobody wait", "[aws][credential_chain]")
{
    trial of;
    of.first->hold = true;
    stage::pending<keys_result> caller(of.loop, of.chain->current());
    REQUIRE(run_until(of.loop, [&] { return of.first->asked == 1; }));
    of.chain.reset();
    CHECK(caller.take().error().kind == error_kind::transient);
    of.loop.restart();
    of.loop.run_for(5s);
    CHECK(of.loop.stopped());
    CHECK(of.out.lines.empty());
}

namespace {

// A node where every source has keys: one server is STS, container endpoint and instance metadata in one.
struct rich_node {
    rich_node()
    {
        folder.write("token", "a.web.token");
        folder.write("shared", "[default]\naws_access_key_id = PROFILE\naws_secret_access_key = s\n");
        set = {{"AWS_ACCESS_KEY_ID", "ENVIRONMENT"},
               {"AWS_SECRET_ACCESS_KEY", "s"},
               {"AWS_WEB_IDENTITY_TOKEN_FILE", folder.file("token")},
               {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/door"},
               {"AWS_SHARED_CREDENTIALS_FILE", folder.file("shared")},
               {"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.text() + "/container"}};
        endpoints.urls.sts = server.text();
    }
    stage::reply answer(const stage::seen_request& asked) const
    {
        if (asked.method == "PUT") return {200, "token"};
        if (asked.target.ends_with("/iam/security-credentials/")) return {200, "door"};
        if (asked.target == "/container") return {200, json("CONTAINER")};
        if (asked.target.ends_with("/door")) return {200, json("INSTANCE")};
        return {200, "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
                     "<AccessKeyId>WEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                     "<SessionToken>t</SessionToken></Credentials></AssumeRoleWithWebIdentityResult>"
                     "</AssumeRoleWithWebIdentityResponse>"};
    }
    static std::string json(const std::string& id)
    {
        return R"({"AccessKeyId": ")" + id + R"(", "SecretAccessKey": "s", "Token": "t"})";
    }
    std::string source()
    {
        const environment variables = [this](const char* name) {
            const auto found = set.find(name);
            return found == set.end() ? std::string() : found->second;
        };
        credential_chain chain(
            loop.get_executor(),
            standard_sources(loop.get_executor(), variables, "eu-west-2", endpoints, metadata), out.log);
        const auto found = stage::await(loop, chain.current());
        return found ? found->access_key : found.error().message;
    }

    scratch_directory folder;
    std::map<std::string, std::string> set;
    boost::asio::io_context loop;
    recorded_log out;
    stage::loopback_server server{loop, [this](const auto& asked) { return answer(asked); }};
    endpoint_settings endpoints;
    imds metadata{loop.get_executor(), server.origin()};
};

}  // namespace

TEST_CASE("the sources are asked in the order of the AWS SDKs", "[aws][credential_chain]")
{
    rich_node at;
    CHECK(at.source() == "ENVIRONMENT");
    at.set.erase("AWS_ACCESS_KEY_ID");
    at.set.erase("AWS_SECRET_ACCESS_KEY");
    CHECK(at.source() == "WEB");
    at.set.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
    CHECK(at.source() == "PROFILE");
    at.set.erase("AWS_SHARED_CREDENTIALS_FILE");
    CHECK(at.source() == "CONTAINER");
    at.set.erase("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    CHECK(at.source() == "INSTANCE");
    at.set["AWS_EC2_METADATA_DISABLED"] = "True";
    CHECK(at.source().starts_with("no AWS credentials"));
    for (const auto& line : at.out.lines) CHECK(line.find("secret") == std::string::npos);
}
