#include "service/admin_router.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::service {

namespace {

admin_router three_routes()
{
    admin_router router;
    const auto named = [](const char* name) {
        return [name](const admin_request&) { return admin_response{200, "", name}; };
    };
    router.add("GET", "/", named("root"));
    router.add("GET", "/api/v1/targets", named("targets"));
    router.add("POST", "/api/v1/targets/{}/{}/drain", named("drain"));
    return router;
}

std::string served(const admin_router::match& found)
{
    return found.serve ? (*found.serve)({}).body : "";
}

}  // namespace

TEST_CASE("a path is matched segment by segment", "[admin][router]")
{
    const auto router = three_routes();
    CHECK(served(router.find("GET", "/")) == "root");
    CHECK(served(router.find("GET", "/api/v1/targets")) == "targets");
    CHECK(router.find("GET", "/api/v1/targets/").allowed.empty());
    CHECK(router.find("GET", "//").allowed.empty());
    CHECK(router.find("GET", "").allowed.empty());
}

TEST_CASE("the {} of a pattern capture decoded segments", "[admin][router]")
{
    const auto router = three_routes();
    const auto found = router.find("POST", "/api/v1/targets/web/10.0.0.1%3A80%2Fx/drain");
    CHECK(served(found) == "drain");
    CHECK(found.parameters == std::vector<std::string>{"web", "10.0.0.1:80/x"});
    CHECK(router.find("POST", "/api/v1/targets//a/drain").allowed.empty());
    CHECK(router.find("POST", "/api/v1/targets/web/a/b/drain").allowed.empty());
}

TEST_CASE("a known path with another method tells what is allowed", "[admin][router]")
{
    const auto router = three_routes();
    const auto found = router.find("DELETE", "/api/v1/targets");
    CHECK(found.serve == nullptr);
    CHECK(found.allowed == "GET, HEAD");
    CHECK(router.find("GET", "/api/v1/targets/web/a/drain").allowed == "POST");
}

TEST_CASE("a HEAD is served by its GET", "[admin][router]")
{
    CHECK(served(three_routes().find("HEAD", "/")) == "root");
}

TEST_CASE("percent-decoding refuses malformed escapes and control characters", "[admin][router]")
{
    CHECK(percent_decode("a%20b%c3%A4") == "a b\xc3\xa4");
    CHECK_FALSE(percent_decode("%"));
    CHECK_FALSE(percent_decode("%4"));
    CHECK_FALSE(percent_decode("%zz"));
    CHECK_FALSE(percent_decode("%00"));
    CHECK_FALSE(percent_decode("%0a"));
    CHECK_FALSE(percent_decode("%7f"));
}

}  // namespace gatehouse::service
