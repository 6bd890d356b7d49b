#include "conf/reader.hpp"

#include "conf/encoding.hpp"
#include "conf/interpolation.hpp"
#include "conf/near_miss.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace gatehouse::conf {
namespace {

constexpr std::size_t most_problems = 1000;

std::string_view kind_text(node::kind kind)
{
    switch (kind) {
    case node::kind::nothing:
        return "nothing";
    case node::kind::scalar:
        return "a single value";
    case node::kind::sequence:
        return "a list";
    case node::kind::mapping:
        return "a mapping";
    }
    return {};
}

const entry* find(const node& mapping, std::string_view key) noexcept
{
    const auto found =
        std::ranges::find_if(mapping.entries, [&](const entry& e) { return e.key.scalar == key; });
    return found == mapping.entries.end() ? nullptr : &*found;
}

bool at_or_below(std::string_view path, std::string_view above)
{
    if (!path.starts_with(above)) return false;
    const auto rest = path.substr(above.size());
    return rest.empty() || rest.front() == '.' || rest.front() == '[';
}

}  // namespace

reading::reading(std::string name, file_access access)
    : file(std::move(name)), directory(std::filesystem::path(file).parent_path()), files(access)
{}

std::string reading::resolve(const std::string& path) const
{
    return path.empty() ? path : (directory / path).lexically_normal().string();
}

void reading::report(error problem)
{
    if (catalogue || problems.size() > most_problems) return;
    if (problems.size() == most_problems)
        problem = {{}, problem.line, problem.column, {}, "too many errors, the rest is not shown"};
    problem.file = file;
    problems.push_back(std::move(problem));
}

bool reading::sound(std::string_view path) const
{
    return !left_open(path) &&
           std::ranges::none_of(problems, [&](const error& problem) { return at_or_below(problem.path, path); });
}

bool reading::left_open(std::string_view path) const
{
    return std::ranges::any_of(open, [&](const std::string& one) { return at_or_below(one, path); });
}

errors reading::take_problems()
{
    const auto place = [](const error& e) { return std::tuple(e.line, e.column); };
    std::ranges::stable_sort(problems, {}, place);
    return std::exchange(problems, {});
}

section_of::section_of(reading& pass, used_by owner) : pass_(pass), files_(pass.files)
{
    pass.foreign = pass.daemons != used_by::both && pass.daemons != owner;
    if (pass.foreign) pass.files = file_access::skipped;
}

section_of::~section_of()
{
    pass_.foreign = false;
    pass_.files = files_;
}

void reader::fail(std::string message) const
{
    if (node_) pass_->report({{}, node_->line, node_->column, path_, std::move(message)});
}

void reader::fail(std::string_view key, std::string message) const
{
    if (!node_) return;
    const auto* present = find(*node_, key);
    const auto at = child(std::string(key), node_);
    (present ? child(std::string(key), &present->value) : at).fail(std::move(message));
}

bool reader::sound(std::initializer_list<std::string_view> keys) const
{
    return node_ && std::ranges::all_of(keys, [&](std::string_view key) {
               return pass_->sound(child(std::string(key), nullptr).path_);
           });
}

bool reader::left_open(std::string_view key) const
{
    return node_ && pass_->left_open(child(std::string(key), nullptr).path_);
}

bool reader::exactly_one(std::initializer_list<std::string_view> keys) const
{
    if (!is(node::kind::mapping)) return false;
    const auto present = std::ranges::count_if(keys, [&](std::string_view key) { return has(key); });
    if (present == 1) return true;
    std::string listed;
    for (const auto key : keys) {
        if (!listed.empty()) listed += key == *std::prev(keys.end()) ? " and " : ", ";
        listed += key;
    }
    // A misspelt key was reported as unknown; that says enough.
    if (present > 1 || pass_->sound(path_)) fail("expected exactly one of " + listed);
    return false;
}

bool reader::has(std::string_view key) const noexcept
{
    return node_ && find(*node_, key);
}

reader reader::child(const std::string& key, const node* value) const
{
    return {value, path_.empty() ? printable(key) : path_ + '.' + printable(key), *pass_};
}

reader reader::item(std::size_t index, const node* value) const
{
    return {value, path_ + '[' + std::to_string(index) + ']', *pass_};
}

bool reader::expect(node::kind kind) const
{
    if (node_->is == kind) return true;
    const auto here = node_->is == node::kind::scalar ? '\'' + printable(node_->scalar) + '\''
                                                      : std::string(kind_text(node_->is));
    fail("expected " + std::string(kind_text(kind)) + ", found " + here);
    return false;
}

// True when the value is a mapping; reports keys that are not plain words and keys that come again.
bool reader::usable_keys() const
{
    if (!expect(node::kind::mapping)) return false;
    std::unordered_map<std::string_view, int> lines;
    for (const auto& [key, value] : node_->entries) {
        if (key.is != node::kind::scalar) {
            reader(&key, path_, *pass_)
                .fail("expected a word as key, found " + std::string(kind_text(key.is)));
            continue;
        }
        const auto [first, added] = lines.emplace(key.scalar, key.line);
        if (!added)
            child(key.scalar, &key).fail("duplicate key, first on line " + std::to_string(first->second));
    }
    return true;
}

void reader::refuse_unknown(std::initializer_list<field> fields) const
{
    names allowed;
    for (const auto& one : fields) allowed.emplace_back(one.key);
    for (const auto& [key, value] : node_->entries) {
        if (key.is != node::kind::scalar || std::ranges::count(allowed, key.scalar) > 0) continue;
        child(key.scalar, &key).fail("unknown key" + suggestion(key.scalar, allowed));
    }
}

void reader::mapping(std::initializer_list<field> fields) const
{
    if (!node_) {
        for (const auto& one : fields) {
            const auto at = child(std::string(one.key), nullptr);
            pass_->catalogue->insert(at.path_);
            one.value(at);
        }
        return;
    }
    if (!usable_keys()) return;
    refuse_unknown(fields);
    for (const auto& one : fields) {
        if (const auto* present = find(*node_, one.key))
            one.value(child(present->key.scalar, &present->value));
        else if (one.need == presence::required)
            fail(one.key, "is required");
    }
}

void reader::entries(const take_entry& each) const
{
    if (!node_) return each({}, child("<name>", nullptr), child("<name>", nullptr));
    if (!usable_keys()) return;
    std::set<std::string_view> seen;
    for (const auto& [key, value] : node_->entries)
        if (key.is == node::kind::scalar && seen.insert(key.scalar).second)
            each(key.scalar, child(key.scalar, &key), child(key.scalar, &value));
}

void reader::items(const take& each) const
{
    if (!node_) return each({nullptr, path_ + "[]", *pass_});
    if (!expect(node::kind::sequence)) return;
    for (std::size_t i = 0; i < node_->items.size(); ++i) each(item(i, &node_->items[i]));
}

void reader::some_items(const take& each) const
{
    if (is(node::kind::sequence) && node_->items.empty()) return fail("at least one value is needed");
    items(each);
}

void reader::none_or_more(const take& each) const
{
    if (is(node::kind::scalar)) return each(*this);
    items(each);
}

void reader::one_or_more(const take& each) const
{
    if (is(node::kind::scalar)) return each(*this);
    some_items(each);
}

std::optional<std::string> reader::interpolated_text() const
{
    if (!node_ || !expect(node::kind::scalar)) return std::nullopt;
    if (pass_->foreign && node_->scalar.find("${") != std::string::npos) {
        pass_->open.push_back(path_);
        return std::nullopt;
    }
    auto made = interpolate(node_->scalar, pass_->directory, pass_->files);
    if (made.problem) {
        fail(*made.problem);
        return std::nullopt;
    }
    return std::move(made.text);
}

std::optional<std::string> reader::text() const
{
    auto read = interpolated_text();
    if (!read || !has_control(*read)) return read;
    fail("control characters are not allowed, " + found(*read));
    return std::nullopt;
}

std::optional<std::string> reader::text_with_lines() const
{
    auto read = interpolated_text();
    if (!read || !first_bad_character(*read)) return read;
    fail("expected text, found control characters");
    return std::nullopt;
}

std::string reader::found(const std::string& text) const
{
    const auto& written = node_->scalar;
    if (written.find("${file:") != std::string::npos)
        return "found the content of '" + printable(written) + '\'';
    if (written == text) return "found '" + printable(text) + '\'';
    return "found '" + printable(text) + "' (from '" + printable(written) + "')";
}

void unique::claim(const reader& at, const std::string& value, std::string_view what)
{
    const auto [first, added] = taken_.emplace(value, at.path());
    if (!added) at.fail(std::string(what) + " is used already, by " + first->second);
}

const std::string* unique::owner(const std::string& value) const
{
    const auto found = taken_.find(value);
    return found == taken_.end() ? nullptr : &found->second;
}

}  // namespace gatehouse::conf
