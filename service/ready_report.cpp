#include "service/ready_report.hpp"

#include "service/sockets.hpp"
#include "service/text.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <system_error>

namespace gatehouse::service {

namespace {

std::string as_json(const std::vector<opened_socket>& sockets)
{
    std::string text = "{\"ready\":true,\"pid\":" + std::to_string(::getpid()) + ",\"listening\":[";
    const char* separator = "";
    for (const auto& each : sockets) {
        text += separator;
        text += "{\"name\":" + json_string(each.name) +
                ",\"address\":" + json_string(to_string(each.address)) + '}';
        separator = ",";
    }
    return text + "]}\n";
}

// By rename, so that whoever waits for the file never reads half of it.
void replace_file(const std::string& path, const std::string& text)
{
    const auto fail = [&path] {
        throw std::system_error(errno, std::generic_category(), "cannot write the ready file " + path);
    };
    const auto written = path + '.' + std::to_string(::getpid()) + ".new";
    std::ofstream out(written, std::ios::binary | std::ios::trunc);
    if (!out) fail();
    out << text;
    out.close();
    if (out && std::rename(written.c_str(), path.c_str()) == 0) return;
    const int reason = errno;
    std::remove(written.c_str());
    errno = reason;
    fail();
}

}  // namespace

void report_ready(const std::vector<opened_socket>& sockets, const std::string& ready_file)
{
    if (!ready_file.empty()) replace_file(ready_file, as_json(sockets));
    for (const auto& each : sockets)
        std::cout << "listening name=" << each.name << " address=" << to_string(each.address) << '\n';
    std::cout << "ready" << std::endl;  // flushed: a script waits for this line
}

}  // namespace gatehouse::service
