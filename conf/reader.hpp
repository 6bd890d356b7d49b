#pragma once

#include "conf/document.hpp"
#include "conf/error.hpp"
#include "conf/file_access.hpp"

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::conf {

// One pass over one file: where it is, what may be opened on the way, and the problems found so far.
struct reading {
    reading(std::string name, file_access access);
    // A path in the file as seen from here: relative ones start at the file's folder.
    std::string resolve(const std::string& path) const;
    void report(error problem);
    bool sound(std::string_view path) const;  // nothing was reported or left open at or below `path`
    bool left_open(std::string_view path) const;
    errors take_problems();                  // in the file's order

    std::string file;
    std::filesystem::path directory;
    file_access files;
    used_by daemons = used_by::both;
    bool foreign = false;           // in a section of the other daemon: `${}` cannot be told
    std::vector<std::string> open;  // paths of the values that were not read for that
    std::set<std::string>* catalogue = nullptr;  // set: collect the keys that parsers ask for, read nothing
    errors problems;
};

class reader;
using take = std::function<void(const reader&)>;  // reads one value

enum class presence { optional, required };

// A key that a mapping may have, and who reads its value.
struct field {
    std::string_view key;
    take value;
    presence need = presence::optional;
};

// While it lives, a section is read that only `owner` uses.
class section_of {
public:
    section_of(reading& pass, used_by owner);
    section_of(const section_of&) = delete;
    section_of& operator=(const section_of&) = delete;
    ~section_of();

private:
    reading& pass_;
    file_access files_;
};

// One value of the file, its path for messages, and where problems go. Cheap to copy; refers to the document
// and the reading, which outlive it. Readers never throw: a value that cannot be read is reported and its
// target keeps its default.
class reader {
public:
    reader(const node& root, reading& pass) : node_(&root), pass_(&pass) {}
    explicit reader(reading& catalogue) : pass_(&catalogue) {}  // stands for any value, see known_keys()

    void fail(std::string message) const;
    // At the value of `key`, or here when it is absent.
    void fail(std::string_view key, std::string message) const;
    // True when nothing was reported about the values of these keys and all are known: a check across them makes sense.
    bool sound(std::initializer_list<std::string_view> keys) const;
    bool left_open(std::string_view key) const;  // something in the value of `key` could not be told
    // Reports when not exactly one of the keys is there; true when one is.
    bool exactly_one(std::initializer_list<std::string_view> keys) const;

    bool is(node::kind kind) const noexcept { return node_ && node_->is == kind; }
    bool has(std::string_view key) const noexcept;
    bool empty() const noexcept { return !node_ || (node_->items.empty() && node_->entries.empty()); }

    // Reads the fields in the order given here, not in the file's, so that names are known before they are
    // referred to. Unknown, duplicate and missing keys are reported.
    void mapping(std::initializer_list<field> fields) const;
    // Reads a mapping whose keys are the operator's own names; `key` is there to point at.
    using take_entry = std::function<void(const std::string& name, const reader& key, const reader& value)>;
    void entries(const take_entry& each) const;
    void items(const take& each) const;       // of a sequence
    void some_items(const take& each) const;  // of a non-empty sequence
    void none_or_more(const take& each) const;  // of a sequence, or one value in its place
    void one_or_more(const take& each) const;  // of a non-empty sequence, or one value in its place

    // The scalar with ${} replaced. Control characters are refused.
    std::optional<std::string> text() const;
    std::optional<std::string> text_with_lines() const;  // tab and line ends are allowed
    // "found 'x'", for messages. `text` is what text() gave; what came from a file is not shown.
    std::string found(const std::string& text) const;

    const std::string& path() const noexcept { return path_; }
    reading& pass() const noexcept { return *pass_; }

private:
    reader(const node* value, std::string path, reading& pass)
        : node_(value), path_(std::move(path)), pass_(&pass)
    {}
    reader child(const std::string& key, const node* value) const;
    reader item(std::size_t index, const node* value) const;
    bool expect(node::kind kind) const;
    void refuse_unknown(std::initializer_list<field> fields) const;
    bool usable_keys() const;
    std::optional<std::string> interpolated_text() const;

    const node* node_ = nullptr;  // null: collecting keys
    std::string path_;
    reading* pass_;
};

// Reports the second use of what may be used once. Shared by the readers among which it must be unique.
class unique {
public:
    // `what` names the thing in the message: "name 'web'".
    void claim(const reader& at, const std::string& value, std::string_view what);
    // Takes a value that stands nowhere in the file; `owner` names who has it.
    // Who has it, null when it is free.
    const std::string* owner(const std::string& value) const;
    void reserve(const std::string& value, const std::string& owner) { taken_.emplace(value, owner); }

private:
    std::map<std::string, std::string> taken_;  // value -> path that has it
};

}  // namespace gatehouse::conf
