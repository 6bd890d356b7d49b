#include "discovery/aws/text_file.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>

namespace gatehouse::discovery::aws {
namespace {

using boost::system::error_code;

constexpr std::size_t limit = 1024 * 1024;

struct closing {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

boost::system::result<std::string> read_text_file(const std::string& path)
{
    const std::unique_ptr<std::FILE, closing> file(std::fopen(path.c_str(), "rbe"));
    if (!file) return error_code(errno, boost::system::generic_category());
    std::string text(limit + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get())) return error_code(errno, boost::system::generic_category());
    if (text.size() > limit) return make_error_code(boost::system::errc::file_too_large);
    return text;
}

}  // namespace gatehouse::discovery::aws
