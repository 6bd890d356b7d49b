#include "service/load_record.hpp"

#include <boost/json.hpp>

#include <ctime>
#include <utility>

namespace gatehouse::service {

void load_record::served()
{
    loaded_at_ = std::time(nullptr);
    ++generation_;
    counters_.reloaded(true);
}

void load_record::reloaded(const std::string& file)
{
    last_successful_ = true;
    last_errors_.clear();
    out_.info("configuration loaded", {{"file", file}, {"generation", generation_}});
}

std::vector<std::string> load_record::refused(std::vector<std::string> errors)
{
    for (const auto& one : errors) out_.error("configuration refused, the old one stays", {{"reason", one}});
    last_successful_ = false;
    last_errors_ = errors;
    counters_.reloaded(false);
    return errors;
}

boost::json::value load_record::status(const std::string& file) const
{
    return {{"file", file},
            {"loaded_at", loaded_at_},
            {"generation", generation_},
            {"last_reload_successful", last_successful_},
            {"errors", boost::json::array(last_errors_.begin(), last_errors_.end())}};
}

}  // namespace gatehouse::service
