#include "conf/config.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace gatehouse::conf;

namespace {

// Damages a text the way editors, templates and disks do. The seed decides everything.
class vandal {
public:
    explicit vandal(unsigned seed) : random_(seed) {}

    void damage(std::string& text)
    {
        for (auto times = below(4) + 1; times > 0; --times) {
            if (text.empty()) return;
            switch (below(7)) {
            case 0:
                text[below(text.size())] = static_cast<char>(below(256));
                break;
            case 1:
                text.erase(below(text.size()), below(40) + 1);
                break;
            case 2:
                text.insert(below(text.size()), some_text());
                break;
            case 3:
                swap_lines(text);
                break;
            case 4:
                duplicate(text);
                break;
            case 5:
                text.resize(below(text.size()) + 1);
                break;
            default:
                text.insert(below(text.size()), std::string(below(300) + 1, structure()));
            }
        }
    }

private:
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }

    char structure()
    {
        constexpr std::string_view marks = "[]{}:,-?&*!|>'\"%@`# \n\t0";
        return marks[below(marks.size())];
    }

    std::string some_text()
    {
        static const std::vector<std::string> texts{"&a ",
                                                    "*a",
                                                    "<<: *a",
                                                    "${X}",
                                                    "${file:/dev/zero}",
                                                    "!!binary ",
                                                    "---\n",
                                                    "...\n",
                                                    "null",
                                                    "~",
                                                    "? ",
                                                    "- ",
                                                    "99999999999999999999",
                                                    "-1",
                                                    "\"\\x00\"",
                                                    "\"\\ud800\"",
                                                    ": ",
                                                    "%YAML 1.1\n",
                                                    "%TAG ! x\n",
                                                    "\xc3",
                                                    "\r",
                                                    "|2\n"};
        return texts[below(texts.size())];
    }

    std::size_t line_start(const std::string& text)
    {
        const auto found = text.rfind('\n', below(text.size()));
        return found == std::string::npos ? 0 : found + 1;
    }

    std::string take_line(std::string& text)
    {
        const auto start = line_start(text);
        const auto end = std::min(text.find('\n', start), text.size() - 1) + 1;
        auto line = text.substr(start, end - start);
        text.erase(start, end - start);
        return line;
    }

    void swap_lines(std::string& text)
    {
        const auto line = take_line(text);
        if (!text.empty()) text.insert(line_start(text), line);
    }

    void duplicate(std::string& text)
    {
        const auto block = text.substr(line_start(text), below(600) + 1);
        text.insert(line_start(text), block);
    }

    std::mt19937 random_;
};

}  // namespace

TEST_CASE("no damage to a configuration makes the parser crash or stay silent", "[conf][mutation]")
{
    std::ifstream file(std::string(GATEHOUSE_CONF_DIR) + "/examples/full.yaml");
    const std::string original{std::istreambuf_iterator<char>(file), {}};
    REQUIRE(original.size() > 1000);
    int sound = 0, silent = 0, without_line = 0;
    for (unsigned seed = 0; seed < 10000; ++seed) {
        auto text = original;
        vandal(seed).damage(text);
        const auto read = parse(text, "full.yaml", file_access::skipped);
        if (read.value) ++sound;
        if (!read.value && read.problems.empty()) ++silent;
        for (const auto& one : read.problems)
            if (one.line < 1 || one.column < 1 || one.message.empty()) ++without_line;
    }
    CHECK(silent == 0);
    CHECK(without_line == 0);
    CHECK(sound < 5000);
}
