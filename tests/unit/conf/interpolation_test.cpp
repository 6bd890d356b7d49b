#include "conf/interpolation.hpp"
#include "tests/unit/conf/problems.hpp"
#include "tests/unit/conf/scratch.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;

namespace {

std::string replaced(std::string_view text, const std::filesystem::path& directory = {})
{
    const auto made = interpolate(text, directory, file_access::allowed);
    return made.problem ? "problem: " + *made.problem : made.text;
}

}  // namespace

TEST_CASE("a variable of the environment may stand inside a value", "[conf][interpolation]")
{
    const environment zone("GATEHOUSE_TEST_ZONE", "a");
    const environment tricky("GATEHOUSE_TEST_TRICKY", "$${GATEHOUSE_TEST_ZONE}$");
    CHECK(replaced("eu-${GATEHOUSE_TEST_ZONE}-${GATEHOUSE_TEST_ZONE}") == "eu-a-a");
    CHECK(replaced("${GATEHOUSE_TEST_TRICKY}${GATEHOUSE_TEST_ZONE}") == "$${GATEHOUSE_TEST_ZONE}$a");
    CHECK(replaced("$${GATEHOUSE_TEST_ZONE} costs $5 {}") == "${GATEHOUSE_TEST_ZONE} costs $5 {}");
    CHECK(replaced("${GATEHOUSE_TEST_UNSET}") ==
          "problem: environment variable GATEHOUSE_TEST_UNSET is not set");
    CHECK(replaced("a${b") == "problem: '${' without its '}'; write $${ for a literal ${");
    CHECK(replaced("${a b}") ==
          "problem: '${a b}' is neither ${VARIABLE} nor ${file:PATH}; write $${ for a literal ${");
}

TEST_CASE("a file's content may stand inside a value, without its last line end", "[conf][interpolation]")
{
    const scratch folder;
    const auto token = folder.write("token", "s3cret\r\n");
    CHECK(replaced("<${file:" + token + "}>") == "<s3cret>");
    CHECK(replaced("${file:token}", folder.path("")) == "s3cret");
    CHECK(replaced("${file:none}", folder.path("")) ==
          "problem: cannot read 'none': No such file or directory");
    CHECK(replaced("${file:}", folder.path("")) == "problem: cannot read '': Is a directory");
    folder.write("large", std::string(64 * 1024 + 1, 'x'));
    CHECK(replaced("${file:large}", folder.path("")) == "problem: cannot read 'large': File too large");
    folder.write("binary", "\xff");
    CHECK(replaced("${file:binary}", folder.path("")) == "problem: 'binary' does not hold UTF-8 text");
}

TEST_CASE("neither a FIFO nor a device can stop a reload", "[conf][interpolation]")
{
    const scratch folder;
    REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
    CHECK(replaced("${file:fifo}", folder.path("")) ==
          "problem: cannot read 'fifo': Operation not supported");
    CHECK(replaced("${file:/dev/zero}") == "problem: cannot read '/dev/zero': Operation not supported");
}

TEST_CASE("files are left alone when the caller says so", "[conf][interpolation]")
{
    const auto made = interpolate("<${file:/etc/passwd}>", {}, file_access::skipped);
    CHECK(made.text == "<>");
    CHECK_FALSE(made.problem.has_value());
}

TEST_CASE("a message shows a variable's value but never a file's", "[conf][interpolation]")
{
    const environment workers("GATEHOUSE_TEST_WORKERS", "lots");
    const scratch folder;
    const auto token = folder.write("secret", "s3cret");
    CHECK(problems("lb: { workers: \"${GATEHOUSE_TEST_WORKERS}\", listeners: [ { name: a, bind: \"[::1]:0\", "
                   "default: { "
                   "fixed_response: {} } } ] }\n") ==
          "f.yaml:1:16: lb.workers: expected auto or a whole number 1 .. "
          "1024, found 'lots' (from '${GATEHOUSE_TEST_WORKERS}')");
    CHECK(problems("groups: { a: { dns: \"${file:" + token + "} \" } }\n", file_access::allowed) ==
          "f.yaml:1:21: groups.a.dns: expected a DNS name, found the content of '${file:" + token + "} '");
    CHECK(problems("groups: { a: { dns: \"${GATEHOUSE_TEST_UNSET}\" } }\n") ==
          "f.yaml:1:21: groups.a.dns: environment variable GATEHOUSE_TEST_UNSET is not set");
}
