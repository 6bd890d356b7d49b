#include "service/log_file.hpp"

#include "tests/support/scratch_dir.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

using namespace gatehouse::service;
using gatehouse::test::content;
using gatehouse::test::scratch_dir;

namespace {

// No file may grow beyond `bytes` while this lives: the disk is full.
class full_disk {
public:
    explicit full_disk(rlim_t bytes)
    {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit now = before_;
        now.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &now);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
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
    void (*handler_)(int) = SIG_DFL;
};

}  // namespace

TEST_CASE("a log file is made for its owner and group, and appended to", "[log][file]")
{
    const scratch_dir dir;
    const auto before = ::umask(0);
    {
        log_file file(dir / "access.log");
        CHECK_FALSE(file.append("one\n").error);
    }
    ::umask(before);
    log_file again(dir / "access.log");
    CHECK(again.append("two\nthree\n").lost == 0);
    CHECK(content(dir / "access.log") == "one\ntwo\nthree\n");
    struct stat status {};
    REQUIRE(::stat((dir / "access.log").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("a log file that cannot be opened says which and why", "[log][file]")
{
    const scratch_dir dir;
    try {
        log_file file(dir / "missing/access.log");
        FAIL("it was opened");
    } catch (const std::system_error& error) {
        CHECK(error.code() == std::errc::no_such_file_or_directory);
        CHECK(std::string(error.what()).find("missing/access.log") != std::string::npos);
    }
}

TEST_CASE("lines that a write error cost are counted", "[log][file]")
{
    log_file file("/dev/full");
    const auto written = file.append("one\ntwo\n");
    CHECK(written.lost == 2);
    CHECK(written.error == std::errc::no_space_on_device);
}

TEST_CASE("a line cut short does not spoil the next", "[log][file]")
{
    const scratch_dir dir;
    log_file file(dir / "access.log");
    {
        const full_disk disk(6);
        const auto written = file.append("one\ntwo\nthree\n");
        CHECK(written.lost == 2);
        CHECK(written.error == std::errc::file_too_large);
        CHECK(file.append("lost\n").lost == 1);
    }
    CHECK(file.append("four\n").lost == 0);
    CHECK(content(dir / "access.log") == "one\ntw\nfour\n");
}

TEST_CASE("a log file knows when it was deleted, and not when it was renamed", "[log][file]")
{
    const scratch_dir dir;
    log_file file(dir / "access.log");
    CHECK_FALSE(file.deleted());
    std::filesystem::rename(dir / "access.log", dir / "access.log.1");
    CHECK_FALSE(file.deleted());
    std::filesystem::remove(dir / "access.log.1");
    CHECK(file.deleted());
    CHECK_FALSE(log_file("/dev/null").deleted());
}

TEST_CASE("a non-blocking standard output gets every line as its reader makes room", "[log][file]")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
    const std::string lines = std::string(1'000'000, 'x') + '\n';
    std::string read(lines.size(), '\0');
    std::thread reader([&] {
        for (std::size_t at = 0; at < read.size();)
            at += static_cast<std::size_t>(::read(ends[0], read.data() + at, read.size() - at));
    });
    const int standard_output = ::dup(STDOUT_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    log_file file("-");
    ::dup2(standard_output, STDOUT_FILENO);
    ::close(standard_output);
    CHECK(file.append(lines).lost == 0);
    reader.join();
    CHECK(read == lines);
    ::close(ends[0]);
    ::close(ends[1]);
}
