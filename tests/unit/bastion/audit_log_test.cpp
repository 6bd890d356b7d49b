#include "bastion/audit/audit_log.hpp"

#include "bastion/audit/audit_line.hpp"
#include "tests/support/scratch_dir.hpp"
#include "tests/unit/bastion/house.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace gatehouse::bastion;
using gatehouse::test::content;
using gatehouse::test::scratch_dir;

namespace {

audit_record record(std::string_view session)
{
    audit_record made;
    made.time = utc("2026-03-01 09:05:07");
    made.session = session;
    return made;
}

std::string line(std::string_view session)
{
    return audit_line(record(session));
}

// No file may grow beyond `bytes` while this lives: the disk is full.
class full_disk {
public:
    explicit full_disk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN))
    {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit now = before_;
        now.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~full_disk()
    {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    full_disk(const full_disk&) = delete;
    full_disk& operator=(const full_disk&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int);
};

}  // namespace

TEST_CASE("what was written is in the file at once, after what was there", "[audit_log]")
{
    const scratch_dir dir;
    {
        audit_log log(dir / "audit.log");
        CHECK_FALSE(log.write(record("s-1")));
        CHECK(content(dir / "audit.log") == line("s-1"));
    }
    audit_log again(dir / "audit.log");
    CHECK_FALSE(again.write(record("s-2")));
    CHECK(content(dir / "audit.log") == line("s-1") + line("s-2"));
    struct stat status {};
    REQUIRE(::stat((dir / "audit.log").c_str(), &status) == 0);
    CHECK((status.st_mode & 0137) == 0);
}

TEST_CASE("a log that cannot be opened is an exception", "[audit_log]")
{
    const scratch_dir dir;
    CHECK_THROWS_AS(audit_log(dir / "missing/audit.log"), std::system_error);
}

TEST_CASE("a full disk is an error, each time", "[audit_log]")
{
    audit_log log("/dev/full");
    CHECK(log.write(record("s-1")) == std::errc::no_space_on_device);
    CHECK(log.write(record("s-2")) == std::errc::no_space_on_device);
}

TEST_CASE("a line that was cut short is an error and does not spoil the next", "[audit_log]")
{
    const scratch_dir dir;
    audit_log log(dir / "audit.log");
    REQUIRE_FALSE(log.write(record("s-1")));
    {
        const full_disk disk(line("s-1").size() + 10);
        CHECK(log.write(record("s-2")) == std::errc::file_too_large);
        CHECK(log.write(record("s-3")) == std::errc::file_too_large);
    }
    CHECK_FALSE(log.write(record("s-4")));
    CHECK(content(dir / "audit.log") == line("s-1") + line("s-2").substr(0, 10) + '\n' + line("s-4"));
}

TEST_CASE("a renamed file is written to until the log is reopened", "[audit_log]")
{
    const scratch_dir dir;
    audit_log log(dir / "audit.log");
    REQUIRE_FALSE(log.write(record("s-1")));
    std::filesystem::rename(dir / "audit.log", dir / "audit.log.1");
    CHECK_FALSE(log.write(record("s-2")));
    CHECK(content(dir / "audit.log.1") == line("s-1") + line("s-2"));
    CHECK_FALSE(log.reopen());
    CHECK_FALSE(log.write(record("s-3")));
    CHECK(content(dir / "audit.log.1") == line("s-1") + line("s-2"));
    CHECK(content(dir / "audit.log") == line("s-3"));
}

TEST_CASE("a log that cannot be reopened goes on with the old file", "[audit_log]")
{
    const scratch_dir dir;
    std::filesystem::create_directory(dir / "logs");
    audit_log log(dir / "logs/audit.log");
    std::filesystem::rename(dir / "logs", dir / "old");
    CHECK(log.reopen() == std::errc::no_such_file_or_directory);
    CHECK_FALSE(log.write(record("s-1")));
    CHECK(content(dir / "old/audit.log") == line("s-1"));
}

TEST_CASE("a deleted file is made anew, or the record is not written", "[audit_log]")
{
    const scratch_dir dir;
    std::filesystem::create_directory(dir / "logs");
    audit_log log(dir / "logs/audit.log");
    REQUIRE_FALSE(log.write(record("s-1")));
    std::filesystem::remove(dir / "logs/audit.log");
    CHECK_FALSE(log.write(record("s-2")));
    CHECK(content(dir / "logs/audit.log") == line("s-2"));
    std::filesystem::remove_all(dir / "logs");
    CHECK(log.write(record("s-3")) == std::errc::no_such_file_or_directory);
    std::filesystem::create_directory(dir / "logs");
    CHECK_FALSE(log.write(record("s-4")));
    CHECK(content(dir / "logs/audit.log") == line("s-4"));
}

TEST_CASE("a closed standard output is an error", "[audit_log]")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const int standard_output = ::dup(STDOUT_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    audit_log log("-");
    ::dup2(standard_output, STDOUT_FILENO);
    ::close(standard_output);
    CHECK_FALSE(log.write(record("s-1")));
    std::string read(line("s-1").size(), '\0');
    CHECK(::read(ends[0], read.data(), read.size()) == static_cast<ssize_t>(read.size()));
    CHECK(read == line("s-1"));
    auto* const handler = std::signal(SIGPIPE, SIG_IGN);
    ::close(ends[0]);
    CHECK(log.write(record("s-2")) == std::errc::broken_pipe);
    std::signal(SIGPIPE, handler);
    ::close(ends[1]);
}

TEST_CASE("several threads write whole lines", "[audit_log]")
{
    const scratch_dir dir;
    audit_log log(dir / "audit.log");
    const std::string name(200, 'x');
    std::atomic<int> failed{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int at = 0; at < 200; ++at) {
                if (log.write(record(name))) ++failed;
                if (at % 50 == 0 && log.reopen()) ++failed;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(failed == 0);
    std::istringstream lines(content(dir / "audit.log"));
    int count = 0, wrong = 0;
    for (std::string one; std::getline(lines, one); ++count)
        if (one + '\n' != line(name)) ++wrong;
    CHECK(count == 800);
    CHECK(wrong == 0);
}

TEST_CASE("a log that moves goes on in the new file, or stays where it is", "[audit_log]")
{
    const scratch_dir dir;
    audit_log log(dir / "audit.log");
    CHECK_FALSE(log.write(record("s-1")));
    CHECK_THROWS_AS(log.move_to(dir / "missing/audit.log"), std::system_error);
    CHECK_FALSE(log.write(record("s-2")));
    log.move_to(dir / "new.log");
    CHECK_FALSE(log.write(record("s-3")));
    CHECK(content(dir / "audit.log") == line("s-1") + line("s-2"));
    CHECK(content(dir / "new.log") == line("s-3"));
}
