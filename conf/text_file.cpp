#include "conf/text_file.hpp"

#include "conf/encoding.hpp"

#include <boost/system/error_code.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gatehouse::conf {
namespace {

namespace errc = boost::system::errc;

boost::system::error_code last_error()
{
    return {errno, boost::system::system_category()};
}

class descriptor {
public:
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    int number() const noexcept { return fd_; }

private:
    int fd_;
};

}  // namespace

boost::system::result<std::string> read_text_file(const std::string& path, std::size_t most)
{
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.number() < 0) return last_error();
    struct stat about = {};
    if (::fstat(file.number(), &about) != 0) return last_error();
    if (S_ISDIR(about.st_mode)) return errc::make_error_code(errc::is_a_directory);
    if (!S_ISREG(about.st_mode)) return errc::make_error_code(errc::not_supported);

    std::string text(most + 1, '\0');  // one more than allowed tells a file that is too long
    std::size_t size = 0;
    while (size < text.size()) {
        const auto got = ::read(file.number(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return last_error();
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > most) return errc::make_error_code(errc::file_too_large);
    text.resize(size);
    return text;
}

std::string unreadable(const std::string& path, const boost::system::error_code& why)
{
    return "cannot read '" + printable(path) + "': " + why.message();
}

}  // namespace gatehouse::conf
