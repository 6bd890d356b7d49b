#include "discovery/name_service.hpp"

#include "tests/unit/discovery/stage.hpp"

#include <boost/asio/co_spawn.hpp>

#include <catch2/catch.hpp>

#include <optional>

using namespace gatehouse::discovery;
using namespace std::chrono_literals;
using boost::system::error_code;
using stage::answer;

namespace {

const name_result nobody = error_code(boost::asio::error::host_not_found);
const name_result later = error_code(boost::asio::error::host_not_found_try_again);

std::optional<name_result> look_up(name_service& names, const std::string& name)
{
    boost::asio::io_context loop;
    std::optional<name_result> found;
    boost::asio::co_spawn(loop, names.lookup(name),
                          [&](std::exception_ptr, name_result got) { found = std::move(got); });
    loop.run_for(10s);
    return found;
}

}  // namespace

TEST_CASE("the families of a name make one answer", "[discovery][dns]")
{
    SECTION("both have records")
    {
        const auto both = join_families(answer({"10.0.0.1"}), answer({"fd00::1"}));
        REQUIRE(both.has_value());
        CHECK(both->addresses == answer({"10.0.0.1", "fd00::1"}).addresses);
        CHECK(both->complete);
    }
    SECTION("one has none, which is a complete answer")
    {
        for (const auto& both :
             {join_families(answer({"10.0.0.1"}), nobody), join_families(nobody, answer({"::1"}))}) {
            REQUIRE(both.has_value());
            CHECK(both->addresses.size() == 1);
            CHECK(both->complete);
        }
    }
    SECTION("one failed, which makes the answer partial")
    {
        for (const auto& both :
             {join_families(answer({"10.0.0.1"}), later), join_families(later, answer({"::1"}))}) {
            REQUIRE(both.has_value());
            CHECK(both->addresses.size() == 1);
            CHECK_FALSE(both->complete);
        }
    }
    SECTION("neither has any")
    {
        CHECK(join_families(nobody, nobody).error() == boost::asio::error::host_not_found);
    }
    SECTION("one failed and the other has none: the name may exist")
    {
        CHECK(join_families(nobody, later).error() == boost::asio::error::host_not_found_try_again);
        CHECK(join_families(later, nobody).error() == boost::asio::error::host_not_found_try_again);
    }
}

TEST_CASE("the system resolves a literal to itself", "[discovery][dns]")
{
    system_names names;
    const auto found = look_up(names, "127.0.0.1");
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    CHECK((*found)->addresses == answer({"127.0.0.1"}).addresses);
    CHECK((*found)->complete);
    REQUIRE(look_up(names, "::1")->has_value());
}

TEST_CASE("a lookup without patience times out and leaves its thread behind safely", "[discovery][dns]")
{
    system_names names(0ms);
    for (int i = 0; i < 20; ++i) {
        const auto found = look_up(names, "localhost");
        REQUIRE(found.has_value());
        if (found->has_error()) CHECK(found->error() == boost::asio::error::timed_out);
    }
}

TEST_CASE("a loop may end in the middle of a lookup", "[discovery][dns]")
{
    system_names names;
    for (int i = 0; i < 20; ++i) {
        boost::asio::io_context loop;
        boost::asio::co_spawn(loop, names.lookup("localhost"), [](std::exception_ptr, name_result) {});
        loop.poll();
    }
}
