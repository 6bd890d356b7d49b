#include "conf/document.hpp"

#include "conf/encoding.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <tuple>
#include <utility>

namespace gatehouse::conf {
namespace {

// Weight of all nodes of a document: one each, and one more per 32 bytes of scalar. Copies made for aliases
// count too, so memory is bounded whatever the file says. Tens of thousands of target groups stay below it.
constexpr std::size_t heaviest_document = 500000;

struct refusal {
    YAML::Mark where;
    std::string why;
};

// Builds the tree from the parser's events. The parser recurses once per level of nesting and reports each
// level before it descends, so refusing here also bounds its stack.
class tree_builder : public YAML::EventHandler {
public:
    node take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override
    {
        if (std::exchange(started_, true))
            throw refusal{mark, "expected one YAML document, found a second one"};
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        finish(begin(mark, node::kind::nothing), anchor, mark);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override
    {
        refuse_tag(mark, tag);
        auto made = begin(mark, node::kind::scalar);
        made.scalar = value;
        finish(std::move(made), anchor, mark);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override
    {
        open(mark, tag, anchor, node::kind::sequence);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override
    {
        open(mark, tag, anchor, node::kind::mapping);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        const auto target = anchors_.find(anchor);
        if (target == anchors_.end()) throw refusal{mark, "an alias stands inside the value it names"};
        auto copied = target->second;
        check_room(copied, mark, unfinished_.size() + 1);
        finish(std::move(copied), 0, mark);
    }

private:
    struct frame {
        node made;
        YAML::anchor_t anchor;
        YAML::Mark mark;
        std::optional<node> key;  // of a mapping that waits for the value
    };

    static node begin(const YAML::Mark& mark, node::kind kind)
    {
        node made;
        made.is = kind;
        made.line = mark.line + 1;
        made.column = mark.column + 1;
        return made;
    }

    static void refuse_tag(const YAML::Mark& mark, const std::string& tag)
    {
        if (tag.size() > 1 && !tag.starts_with("tag:yaml.org,2002:"))
            throw refusal{mark, "YAML tags have no meaning here, found '" + printable(tag) + '\''};
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, node::kind kind)
    {
        refuse_tag(mark, tag);
        if (unfinished_.size() >= deepest_nesting) throw refusal{mark, too_deep()};
        unfinished_.push_back({begin(mark, kind), anchor, mark, std::nullopt});
    }

    void close()
    {
        auto done = std::move(unfinished_.back());
        unfinished_.pop_back();
        finish(std::move(done.made), done.anchor, done.mark);
    }

    void finish(node made, YAML::anchor_t anchor, const YAML::Mark& mark)
    {
        spend(made, mark);
        if (anchor != 0) {
            check_room(made, mark, unfinished_.size());  // the copy kept for later aliases counts too
            anchors_[anchor] = made;
        }
        if (unfinished_.empty()) {
            root_ = std::move(made);
            return;
        }
        attach(unfinished_.back(), std::move(made));
    }

    static void attach(frame& parent, node made)
    {
        if (parent.made.is == node::kind::sequence) {
            parent.made.items.push_back(std::move(made));
        } else if (!parent.key) {
            parent.key = std::move(made);
        } else {
            if (made.is == node::kind::nothing) {  // "key:" with no value: there is only the key to point at
                made.line = parent.key->line;
                made.column = parent.key->column;
            }
            parent.made.entries.push_back({std::move(*parent.key), std::move(made)});
            parent.key.reset();
        }
    }

    void check_room(const node& copied, const YAML::Mark& mark, std::size_t depth)
    {
        if (depth > deepest_nesting) throw refusal{mark, too_deep()};
        spend(copied, mark);
        for (const auto& item : copied.items) check_room(item, mark, depth + 1);
        for (const auto& [key, value] : copied.entries) {
            check_room(key, mark, depth + 1);
            check_room(value, mark, depth + 1);
        }
    }

    void spend(const node& added, const YAML::Mark& mark)
    {
        weight_ += 1 + added.scalar.size() / 32;
        if (weight_ > heaviest_document) throw refusal{mark, "too much content, aliases included"};
    }

    static std::string too_deep()
    {
        return "nested too deeply, at most " + std::to_string(deepest_nesting) + " levels are allowed";
    }

    node root_ = begin(YAML::Mark(), node::kind::nothing);  // of an empty document
    std::vector<frame> unfinished_;
    std::map<YAML::anchor_t, node> anchors_;
    std::size_t weight_ = 0;
    bool started_ = false;
};

struct place {
    int line, column;
};

place end_of(std::string_view text)
{
    const auto line_start = text.rfind('\n') + 1;  // npos + 1 is 0
    return {static_cast<int>(std::ranges::count(text, '\n')) + 1,
            static_cast<int>(text.size() - line_start) + 1};
}

// Where yaml-cpp found something, but not behind the end of what it was given to read.
place shown(const YAML::Mark& mark, std::string_view text)
{
    const place end = end_of(text), found{mark.line + 1, mark.column + 1};
    return std::tie(found.line, found.column) < std::tie(end.line, end.column) ? found : end;
}

document refused(const std::string& file, place where, std::string why)
{
    return {{}, error{file, where.line, where.column, {}, std::move(why)}};
}

}  // namespace

document read_document(std::string_view text, const std::string& file)
{
    if (text.size() > largest_file) return refused(file, {0, 0}, "is larger than 4 MiB");
    if (const auto bad = first_bad_character(text)) return refused(file, {bad->line, bad->column}, bad->what);
    // yaml-cpp 0.7 takes a quoted text for finished when the file ends at the start of a line inside it. With
    // a comment behind it every file ends within a line, and a truncated one is noticed.
    std::istringstream input(std::string(text).append(text.ends_with('\n') ? "#" : "\n#"));
    tree_builder tree;
    try {
        YAML::Parser parser(input);
        while (parser.HandleNextDocument(tree)) {
        }
        return {tree.take(), std::nullopt};
    } catch (const refusal& here) {
        return refused(file, shown(here.where, text), here.why);
    } catch (const YAML::ParserException& bad) {
        return refused(file, shown(bad.mark, text), "YAML syntax: " + printable(bad.msg));
    } catch (const std::exception& bad) {  // yaml-cpp lets some of the library's own exceptions through
        return refused(file, {1, 1}, std::string("YAML syntax: ") + bad.what());
    }
}

}  // namespace gatehouse::conf
