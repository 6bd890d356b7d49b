#include "service/socket_table.hpp"

#include "service/sockets.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include <unistd.h>

using namespace gatehouse;
using service::socket_table;

namespace {

service::listener_binds listener(std::string name, std::uint16_t port)
{
    service::listener_binds made;
    made.name = std::move(name);
    made.bind = {{"127.0.0.1", port}};
    return made;
}

void close_all(const std::vector<socket_table::opened>& all)
{
    for (const auto& one : all) socket_table::close(one);
}

}  // namespace

TEST_CASE("every worker gets a socket of its own on the same port", "[service][socket_table]")
{
    socket_table table(3, {});
    const auto opened = table.open_for({listener("http", 0)});
    table.commit();
    REQUIRE(opened.size() == 3);
    const auto port = opened[0].addresses.at("http")[0].port;
    CHECK(port != 0);
    for (const auto& one : opened) {
        CHECK(one.addresses.at("http")[0].port == port);
        CHECK(one.sockets.at("http")[0].descriptor >= 0);
    }
    REQUIRE(table.bound().size() == 1);
    CHECK(table.bound()[0].address.port == port);
    close_all(opened);
}

TEST_CASE("an address that stays keeps its sockets and its port", "[service][socket_table]")
{
    socket_table table(2, {});
    const auto first = table.open_for({listener("http", 0)});
    table.commit();
    const auto again = table.open_for({listener("http", 0), listener("more", 0)});
    table.commit();
    CHECK(again[0].sockets.count("http") == 0);
    CHECK(again[0].addresses.at("http") == first[0].addresses.at("http"));
    CHECK(again[1].sockets.count("more") == 1);
    CHECK(table.bound().size() == 2);
    close_all(first);
    close_all(again);
}

TEST_CASE("an address in use refuses everything, and nothing counts as bound", "[service][socket_table]")
{
    // Bound without SO_REUSEPORT by someone else.
    boost::asio::io_context loop;
    boost::asio::ip::tcp::acceptor other(loop, {boost::asio::ip::make_address("127.0.0.1"), 0}, false);
    socket_table table(2, {});
    CHECK_THROWS_AS(table.open_for({listener("http", 0), listener("taken", other.local_endpoint().port())}),
                    std::system_error);
    CHECK(table.bound().empty());
}

TEST_CASE("an inherited socket serves in place of bind, as a copy for each worker", "[service][socket_table]")
{
    const int inherited = service::listen_on({"127.0.0.1", 0});
    const auto where = service::local_address(inherited);
    socket_table table(2, {{"http", {inherited}}});
    const auto opened = table.open_for({listener("http", 1)});
    table.commit();
    CHECK(opened[0].addresses.at("http")[0] == where);
    CHECK(opened[0].sockets.at("http")[0].descriptor != inherited);
    CHECK(opened[0].sockets.at("http")[0].descriptor != opened[1].sockets.at("http")[0].descriptor);
    CHECK(table.open_for({listener("http", 1)})[0].sockets.empty());
    close_all(opened);
}

TEST_CASE("an inherited socket without a listener of its name is told", "[service][socket_table]")
{
    const int one = service::listen_on({"127.0.0.1", 0}), other = service::listen_on({"127.0.0.1", 0});
    const socket_table table(1, {{"http", {one}}, {"htpps", {other}}});
    CHECK(table.unclaimed({listener("http", 0)}) == std::vector<std::string>{"htpps"});
}
