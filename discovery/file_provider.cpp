#include "discovery/file_provider.hpp"

#include <utility>

namespace gatehouse::discovery {

file_provider::file_provider(std::string group, conf::file_source source, provider_setup setup)
    : group_(std::move(group)), source_(std::move(source)), setup_(std::move(setup)),
      watch_(setup_.executor, setup_.file_interval)
{
    if (setup_.last_known) published_ = setup_.last_known->members.size();
}

void file_provider::start(publish to)
{
    to_ = std::move(to);
    // Watched before it is read: a change between the two is seen by the next look.
    watch_.watch({source_.path}, [this](const std::vector<std::string>&) { load(); });
    load();
}

void file_provider::load()
{
    const auto read = conf::load_group_file(source_.path);
    if (!read.members) {
        for (const auto& problem : read.problems)
            setup_.out.error("group file refused",
                             {{"group", group_}, {"problem", conf::to_string(problem)}});
        return keep(poll_result::invalid);
    }
    // Whoever generates the file may fail with an empty list; a group that was never anything else may be
    // one.
    if (read.members->empty() && published_.value_or(0) > 0) {
        setup_.out.error("group file lists nobody", {{"group", group_}, {"file", source_.path}});
        return keep(poll_result::empty);
    }
    published_ = read.members->size();
    setup_.polled(poll_result::success);
    to_(std::make_shared<const group_snapshot>(
        group_snapshot{group_, to_members(*read.members), setup_.now()}));
}

void file_provider::keep(poll_result why) const
{
    setup_.out.warning("group keeps its last good members",
                       {{"group", group_},
                        {"file", source_.path},
                        {"members", static_cast<std::uint64_t>(published_.value_or(0))}});
    setup_.polled(why);
}

}  // namespace gatehouse::discovery
