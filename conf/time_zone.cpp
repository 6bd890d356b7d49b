#include "conf/time_zone.hpp"

#include "conf/near_miss.hpp"
#include "conf/text_file.hpp"

#include <filesystem>

namespace gatehouse::conf {
namespace {

constexpr std::size_t largest_zone = 64 * 1024;  // the largest there is has 4 KiB

bool is_zone_file(const std::string& path)
{
    const auto content = read_text_file(path, largest_zone);
    return content && content->starts_with("TZif");
}

// What lies beside the name, as somebody who mistyped it may have meant it.
names neighbours(const std::string& name, const std::filesystem::path& folder)
{
    const auto area = std::filesystem::path(name).parent_path();
    names found;
    std::error_code failed;
    std::filesystem::directory_iterator each(folder / area, failed);
    for (; !failed && each != end(each); each.increment(failed))
        if (is_zone_file(each->path().string())) found.push_back((area / each->path().filename()).string());
    return found;
}

}  // namespace

std::optional<std::string> check_time_zone(const std::string& name, const std::string& folder)
{
    if (name == "UTC" || is_zone_file(folder + '/' + name)) return std::nullopt;
    return "there is no time zone '" + name + "' in " + folder + suggestion(name, neighbours(name, folder));
}

}  // namespace gatehouse::conf
