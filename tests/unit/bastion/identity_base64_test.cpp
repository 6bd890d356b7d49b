#include "bastion/identity/base64.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;

TEST_CASE("base64 is read in its one form", "[bastion][identity][base64]")
{
    CHECK(decode_base64("") == "");
    CHECK(decode_base64("Zg==") == "f");
    CHECK(decode_base64("Zm8=") == "fo");
    CHECK(decode_base64("Zm9v") == "foo");
    CHECK(decode_base64("Zm9vYmFy") == "foobar");
    CHECK(decode_base64("+/+/") == "\xfb\xff\xbf");
}

TEST_CASE("anything else is no base64", "[bastion][identity][base64]")
{
    const auto* const text = GENERATE("Zg", "Zg=", "Zg===", "Zm9v=", "Z===", "====", "Zh==", "Zm9=", "Zm 9",
                                      "Zm9v\n", "Zm-_", "=Zm9", "Zm=v", "Z\xc3\xa4v");
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text).has_value());
}

TEST_CASE("base64 is written as fingerprints have it", "[bastion][identity][base64]")
{
    CHECK(encode_base64_unpadded("") == "");
    CHECK(encode_base64_unpadded("f") == "Zg");
    CHECK(encode_base64_unpadded("fo") == "Zm8");
    CHECK(encode_base64_unpadded("foo") == "Zm9v");
    CHECK(encode_base64_unpadded("\xfb\xff\xbf") == "+/+/");
}
