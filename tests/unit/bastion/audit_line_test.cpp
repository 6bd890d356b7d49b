#include "bastion/audit/audit_line.hpp"

#include "tests/unit/bastion/house.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <limits>
#include <string>

using namespace gatehouse::bastion;
using namespace std::chrono_literals;

namespace {

boost::asio::ip::tcp::endpoint endpoint(const char* address, std::uint16_t port)
{
    return {boost::asio::ip::make_address(address), port};
}

audit_record full_record()
{
    audit_record made;
    made.time = utc("2026-03-01 09:05:07") + 123us;
    made.event = audit_event::channel_end;
    made.session = "s-1";
    made.principal = "alice";
    made.key = "SHA256:abc";
    made.ca = "SHA256:def";
    made.key_id = "alice@laptop";
    made.serial = std::numeric_limits<std::uint64_t>::max();
    made.source = endpoint("2001:db8::1", 50000);
    made.client = "SSH-2.0-OpenSSH_9.2";
    made.requested = "web.1";
    made.requested_port = 22;
    made.instance = "i-0a";
    made.group = "web";
    made.target = endpoint("10.0.0.1", 22);
    made.local = endpoint("10.0.9.1", 40000);
    made.rule = "ops-everywhere";
    made.received_bytes = 0;
    made.sent_bytes = 4096;
    made.duration = 61s + 5us;
    made.reason = "client_closed";
    return made;
}

}  // namespace

TEST_CASE("a record is one line of JSON with every field", "[audit_line]")
{
    CHECK(audit_line(full_record()) ==
          R"({"time":"2026-03-01T09:05:07.000123Z","event":"channel_end","session":"s-1","principal":"alice",)"
          R"("key":"SHA256:abc","ca":"SHA256:def","key_id":"alice@laptop","serial":18446744073709551615,)"
          R"("source":"[2001:db8::1]:50000","client":"SSH-2.0-OpenSSH_9.2","requested":"web.1","requested_port":22,)"
          R"("instance":"i-0a","group":"web","target":"10.0.0.1:22","local":"10.0.9.1:40000","rule":"ops-everywhere",)"
          R"("received_bytes":0,"sent_bytes":4096,"duration":61.000005,"reason":"client_closed"})"
          "\n");
}

TEST_CASE("what is empty is left out", "[audit_line]")
{
    audit_record record;
    record.time = utc("2026-03-01 09:05:07");
    record.event = audit_event::login_refused;
    CHECK(audit_line(record) == "{\"time\":\"2026-03-01T09:05:07.000000Z\",\"event\":\"login_refused\"}\n");
}

TEST_CASE("no text of a client breaks the line or adds a field", "[audit_line]")
{
    auto record = full_record();
    record.requested = "x\",\"rule\":\"root\"}\n{\"event\":\"login\",\"principal\":\"root";
    record.principal = "\xff\xfe\n";
    record.client = "SSH-2.0-\r\n\x1b[31m\\";
    const auto line = audit_line(record);
    CHECK(std::ranges::count(line, '\n') == 1);
    const auto read = boost::json::parse(line).as_object();
    CHECK(read.at("rule").as_string() == "ops-everywhere");
    CHECK(read.at("requested").as_string() == record.requested);
    CHECK(read.at("client").as_string() == record.client);
    CHECK(read.at("principal").as_string() == "\ufffd\ufffd\n");
    CHECK(read.size() == boost::json::parse(audit_line(full_record())).as_object().size());
}

TEST_CASE("texts that were cut are listed", "[audit_line]")
{
    const std::string endless(65536, '\x01');
    auto record = full_record();
    record.requested = endless;
    record.client = endless;
    const auto read = boost::json::parse(audit_line(record)).as_object();
    CHECK(boost::json::serialize(read.at("cut")) == R"(["client","requested"])");
    CHECK(read.at("requested").as_string().size() == 256 + 3);
    record.client = "typed the dots...";
    record.requested = {};
    CHECK(audit_line(record).find("\"cut\"") == std::string::npos);
}

TEST_CASE("no line is longer than 24 KiB", "[audit_line]")
{
    const std::string endless(65536, '\x01');
    auto record = full_record();
    for (auto* text : {&record.session, &record.principal, &record.key, &record.ca, &record.key_id, &record.client,
                       &record.requested, &record.instance, &record.group, &record.rule, &record.reason})
        *text = endless;
    CHECK(audit_line(record).size() <= 24 * 1024);
}

TEST_CASE("durations are seconds with six decimals", "[audit_line]")
{
    auto record = full_record();
    const auto told = [&record](std::chrono::microseconds duration) {
        record.duration = duration;
        return boost::json::serialize(boost::json::parse(audit_line(record)).at("duration"));
    };
    CHECK(audit_line(record).find("\"duration\":61.000005,") != std::string::npos);
    CHECK(boost::json::parse(told(0us)).to_number<double>() == 0);
    CHECK(boost::json::parse(told(999'999us)).to_number<double>() == Approx(0.999999));
    CHECK(boost::json::parse(told(720h)).to_number<double>() == Approx(2'592'000));
}

TEST_CASE("every event has a name of its own", "[audit_line]")
{
    std::vector<std::string> names;
    for (int what = 0; what <= static_cast<int>(audit_event::session_end); ++what)
        names.emplace_back(to_string(static_cast<audit_event>(what)));
    CHECK(names == std::vector<std::string>{"login", "login_refused", "channel", "channel_refused", "channel_end",
                                            "command", "session_end"});
}
