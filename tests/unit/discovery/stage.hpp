#pragma once

#include "discovery/provider_setup.hpp"
#include "service/log.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the tests of discovery share: a log that remembers, a directory that goes away, names that are told
// what to answer.
namespace gatehouse::discovery::stage {

class recorded_log {
public:
    service::log log{[this](std::string_view line) { lines.emplace_back(line); },
                     service::log::format::logfmt};
    std::vector<std::string> lines;
};

class scratch_directory {
public:
    scratch_directory()
    {
        auto name = (std::filesystem::temp_directory_path() / "gatehouse-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("no scratch directory");
        path_ = name;
    }
    ~scratch_directory() { std::filesystem::remove_all(path_); }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;

    std::string path() const { return path_.string(); }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

    // By rename, as a careful writer does.
    void write(const std::string& name, std::string_view text) const
    {
        const auto fresh = file(name + ".new");
        std::ofstream(fresh, std::ios::binary) << text;
        std::filesystem::rename(fresh, file(name));
    }

private:
    std::filesystem::path path_;
};

inline boost::asio::ip::address ip(const char* text)
{
    return boost::asio::ip::make_address(text);
}

inline name_answer answer(const std::vector<const char*>& addresses, bool complete = true)
{
    name_answer made;
    made.complete = complete;
    for (const auto* text : addresses) made.addresses.push_back(ip(text));
    return made;
}

// Answers in the order given, the last one for ever.
class scripted_names final : public name_service {
public:
    explicit scripted_names(std::vector<name_result> script) : script_(script.begin(), script.end()) {}

    boost::asio::awaitable<name_result> lookup(std::string name) override
    {
        asked.push_back(std::move(name));
        auto next = script_.front();
        if (script_.size() > 1) script_.pop_front();
        co_return next;
    }
    std::vector<std::string> asked;

private:
    std::deque<name_result> script_;
};

inline std::vector<std::string> ids(const group_snapshot& group)
{
    std::vector<std::string> all;
    for (const auto& one : group.members) all.push_back(one.id);
    return all;
}

// Runs the loop until `done`, giving up after ten seconds.
template <class Condition> bool run_until(boost::asio::io_context& loop, Condition done)
{
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    loop.restart();
    while (!done() && loop.run_one_until(patience) > 0) {}
    return done();
}

}  // namespace gatehouse::discovery::stage
