#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::service {

// Tells when files change, by looking at inode, size and modification time (in ns) every `interval`: that
// also sees symbolic links that are swapped, renames over the file, and network file systems. A change is
// reported once it has been the same for one more look, so a file half written is not read.
// Everything runs on the executor given.
class file_watch {
public:
    file_watch(boost::asio::any_io_executor executor, std::chrono::milliseconds interval);
    ~file_watch();  // stops; `changed` is not called again
    file_watch(const file_watch&) = delete;
    file_watch& operator=(const file_watch&) = delete;

    // Replaces what is watched. `changed` gets the paths that changed, appeared or vanished since the last
    // report. A file that is missing now is reported when it appears.
    void watch(std::vector<std::string> paths, std::function<void(const std::vector<std::string>&)> changed);

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::service
