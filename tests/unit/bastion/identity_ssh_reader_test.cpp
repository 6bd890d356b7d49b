#include "bastion/identity/ssh_reader.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;
using namespace std::string_view_literals;

TEST_CASE("the types of RFC 4251 are read one behind the other", "[bastion][identity][ssh_reader]")
{
    ssh_reader from("\x01\0\0\0\x02\0\0\0\0\0\0\0\x03\0\0\0\3abc\0\0\0\1x\0\0\0\2\0\x80"sv);
    CHECK(from.u8() == 1);
    CHECK(from.u32() == 2);
    CHECK(from.u64() == 3);
    CHECK(from.string() == "abc");
    CHECK(from.text() == "x");
    CHECK(from.more());
    CHECK_FALSE(from.finished());
    CHECK(from.positive() == "\x80");
    CHECK(from.finished());
}

TEST_CASE("a reader that failed has nothing more to say", "[bastion][identity][ssh_reader]")
{
    ssh_reader from("\0\0\0\4abc"sv);
    CHECK(from.string().empty());
    CHECK(from.failed());
    CHECK_FALSE(from.more());
    CHECK_FALSE(from.finished());
    CHECK(from.u8() == 0);
    CHECK(from.u64() == 0);
    CHECK(from.string().empty());
    CHECK(from.positive().empty());
}

TEST_CASE("a length near four gigabytes is no reason to read beyond", "[bastion][identity][ssh_reader]")
{
    ssh_reader from("\xff\xff\xff\xff"sv);
    CHECK(from.string().empty());
    CHECK(from.failed());
}

TEST_CASE("a number has one encoding", "[bastion][identity][ssh_reader]")
{
    const auto read = [](std::string_view bytes) {
        ssh_reader from(bytes);
        const auto number = from.positive();
        return from.finished() ? std::string(number) : "refused";
    };
    CHECK(read("\0\0\0\1\x7f"sv) == "\x7f");
    CHECK(read("\0\0\0\3\0\xff\0"sv) == std::string("\xff\0", 2));
    CHECK(read("\0\0\0\0"sv) == "refused");          // zero
    CHECK(read("\0\0\0\1\0"sv) == "refused");        // zero, too long
    CHECK(read("\0\0\0\2\0\x7f"sv) == "refused");    // a needless leading zero
    CHECK(read("\0\0\0\3\0\0\x80"sv) == "refused");  // two of them
    CHECK(read("\0\0\0\1\x80"sv) == "refused");      // negative
}

TEST_CASE("text has no NUL", "[bastion][identity][ssh_reader]")
{
    ssh_reader from("\0\0\0\3a\0b"sv);
    CHECK(from.text().empty());
    CHECK(from.failed());
}

TEST_CASE("what was appended is read again", "[bastion][identity][ssh_reader]")
{
    std::string made;
    append_ssh_string(made, std::string(300, 'x'));
    ssh_reader from(made);
    CHECK(from.string() == std::string(300, 'x'));
    CHECK(from.finished());
}
