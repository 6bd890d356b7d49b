#include "discovery/state_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace gatehouse::discovery {
namespace {

class descriptor {
public:
    explicit descriptor(int opened) noexcept : fd_(opened) {}
    ~descriptor()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int operator*() const noexcept { return fd_; }

private:
    int fd_;
};

[[noreturn]] void fail(const char* doing)
{
    throw std::system_error(errno, std::generic_category(), doing);
}

void write_all(int file, const std::string& text)
{
    for (std::size_t done = 0; done < text.size();) {
        const auto wrote = ::write(file, text.data() + done, text.size() - done);
        if (wrote < 0 && errno != EINTR) fail("write");
        if (wrote > 0) done += static_cast<std::size_t>(wrote);
    }
}

// Neither the new bytes nor the new name are on disk before they are synced, the name with its directory.
void replace(const std::string& path, const std::string& text)
{
    const auto fresh = path + ".tmp";
    {
        const descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
        if (*file < 0) fail("open");
        write_all(*file, text);
        if (::fsync(*file) != 0) fail("fsync");
    }
    if (std::rename(fresh.c_str(), path.c_str()) != 0) fail("rename");
    const auto folder = path.substr(0, path.rfind('/') + 1);
    const descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (*directory < 0 || ::fsync(*directory) != 0) fail("fsync of the directory");
}

}  // namespace

state_file::state_file(const std::string& directory, const std::string& name, service::log& out)
    : path_(directory + '/' + name), out_(out)
{}

remembered_groups state_file::load()
{
    errno = 0;
    std::ifstream file(path_, std::ios::binary);
    if (!file) {
        if (errno != ENOENT)
            out_.warning("last good inventory cannot be read",
                         {{"file", path_}, {"reason", std::generic_category().message(errno)}});
        return {};
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    try {
        return read_remembered(text);
    } catch (const std::exception& damage) {
        set_aside(damage.what());
        return {};
    }
}

void state_file::set_aside(const std::string& why)
{
    const auto aside = path_ + ".damaged";
    if (std::rename(path_.c_str(), aside.c_str()) == 0)
        out_.warning("last good inventory is damaged and was set aside", {{"file", aside}, {"reason", why}});
    else
        out_.warning("last good inventory is damaged and cannot be set aside",
                     {{"file", path_}, {"reason", why}});
}

void state_file::save(const remembered_groups& groups)
{
    try {
        replace(path_, write_remembered(groups));
        failing_ = false;
    } catch (const std::system_error& failed) {
        if (!std::exchange(failing_, true))
            out_.error("last good inventory cannot be saved", {{"file", path_}, {"reason", failed.what()}});
    }
}

}  // namespace gatehouse::discovery
