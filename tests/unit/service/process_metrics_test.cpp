#include "service/process_metrics.hpp"
#include "tests/unit/service/scratch.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include <catch2/catch.hpp>

#include <sys/prctl.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace gatehouse::service {

namespace {

// The value of a series in the text format; -1 when it is missing.
double value_of(const std::string& text, const std::string& series)
{
    const auto at = ("\n" + text).find('\n' + series + ' ');
    return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 1));
}

double now()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::ptrdiff_t threads_now()
{
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

}  // namespace

TEST_CASE("the process metrics tell what /proc does", "[metrics]")
{
    ::prctl(PR_SET_NAME, "a) R (b");  // must not confuse the reader of /proc/self/stat
    const auto process = make_process_collector();
    const auto text = metrics_text({process});
    ::prctl(PR_SET_NAME, "unit_service");
    // A sanitizer may have a thread of its own, and start it between the two looks.
    CHECK(value_of(text, "process_threads") >= 1);
    CHECK(value_of(text, "process_threads") <= static_cast<double>(threads_now()));
    CHECK(value_of(text, "process_resident_memory_bytes") > 1e6);
    CHECK(value_of(text, "process_virtual_memory_bytes") > value_of(text, "process_resident_memory_bytes"));
    CHECK(value_of(text, "process_max_fds") >= 64);
    CHECK(value_of(text, "process_cpu_seconds_total") >= 0);
    CHECK(value_of(text, "process_start_time_seconds") > now() - 3600);
    CHECK(value_of(text, "process_start_time_seconds") < now() + 2);
    const auto before = value_of(text, "process_open_fds");
    const std::ifstream one_more("/dev/null");
    CHECK(value_of(metrics_text({process}), "process_open_fds") == before + 1);
}

TEST_CASE("a failed reload keeps the time of the last good one", "[metrics]")
{
    const auto registry = std::make_shared<prometheus::Registry>();
    daemon_metrics metrics(*registry);
    metrics.reloaded(true);
    const auto loaded = value_of(metrics_text({registry}), "gatehouse_config_last_reload_timestamp_seconds");
    CHECK(loaded > now() - 60);
    metrics.reloaded(false);
    const auto text = metrics_text({registry});
    CHECK(value_of(text, "gatehouse_config_last_reload_successful") == 0);
    CHECK(value_of(text, "gatehouse_config_last_reload_timestamp_seconds") == loaded);
    CHECK(value_of(text, "gatehouse_build_info{version=\"" GATEHOUSE_VERSION "\"}") == 1);
}

TEST_CASE("families of several sources come sorted, each once", "[metrics]")
{
    const auto first = std::make_shared<prometheus::Registry>();
    const auto second = std::make_shared<prometheus::Registry>();
    const auto count = [](prometheus::Registry& in, const char* name,
                          const char* part) -> prometheus::Counter& {
        return prometheus::BuildCounter().Name(name).Help("Help.").Register(in).Add({{"part", part}});
    };
    count(*first, "z_total", "one").Increment(1);
    count(*second, "z_total", "two").Increment(2);
    count(*second, "a_total", "two").Increment(3);
    std::weak_ptr<prometheus::Collectable> gone = std::make_shared<prometheus::Registry>();
    CHECK(metrics_text({first, gone, second}) == "# HELP a_total Help.\n"
                                                 "# TYPE a_total counter\n"
                                                 "a_total{part=\"two\"} 3\n"
                                                 "# HELP z_total Help.\n"
                                                 "# TYPE z_total counter\n"
                                                 "z_total{part=\"one\"} 1\n"
                                                 "z_total{part=\"two\"} 2\n");
}

TEST_CASE("promtool finds nothing to complain about", "[metrics]")
{
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
        std::cerr << "skipped: promtool is not installed\n";
        return;
    }
    const scratch_directory scratch;
    const auto registry = std::make_shared<prometheus::Registry>();
    daemon_metrics metrics(*registry);
    metrics.reloaded(true);
    write_file(scratch.file("metrics"), metrics_text({registry, make_process_collector()}));
    const auto command =
        "promtool check metrics <" + scratch.file("metrics") + " >" + scratch.file("said") + " 2>&1";
    CHECK(std::system(command.c_str()) == 0);
    CHECK(read_file(scratch.file("said")).empty());
}

}  // namespace gatehouse::service
