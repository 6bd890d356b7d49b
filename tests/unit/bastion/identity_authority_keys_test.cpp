#include "bastion/identity/authority_keys.hpp"

#include "tests/unit/bastion/fixtures.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;
using namespace gatehouse::test;

TEST_CASE("a file of CAs is read line by line", "[bastion][identity][authority_keys]")
{
    const auto line = [](std::string_view name) { return made_by_openssh(name).line + '\n'; };
    const auto read = parse_authority_keys("# ours\n\n" + line("ca_ed25519") + line("ca_rsa2048") +
                                               "rubbish\n" + "principals=\"ops\" " + line("ca_p256") +
                                               line("of_ed25519") + line("ca_p384"),
                                           {});
    CHECK(read.keys == std::vector{key_named("ca_ed25519"), key_named("ca_p384")});
    REQUIRE(read.refused.size() == 4);
    CHECK(read.refused[0].line == 4);
    CHECK(read.refused[0].why == "the RSA key has fewer than 3072 bits");
    CHECK(read.refused[1].line == 5);
    CHECK(read.refused[1].why == "no public key");
    CHECK(read.refused[2].why == "no public key");  // no options here
    CHECK(read.refused[3].why == "a certificate is not listed itself: the key of its CA is");
    CHECK(parse_authority_keys("", {}).keys.empty());
}
