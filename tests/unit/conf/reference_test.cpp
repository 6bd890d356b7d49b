#include "conf/config.hpp"
#include "conf/known_keys.hpp"
#include "tests/unit/conf/scratch.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;

namespace {

const std::filesystem::path room = GATEHOUSE_CONF_DIR;

std::set<std::string> documented_keys()
{
    std::ifstream reference(room / "README.md");
    REQUIRE(reference.good());
    std::set<std::string> keys;
    for (std::string line; std::getline(reference, line);) {
        if (!line.starts_with("| `")) continue;
        const auto key = line.substr(3, line.find('`', 3) - 3);
        CHECK(std::ranges::count(line, '|') == 6);  // key, meaning, range, default, reload
        INFO("documented twice: " << key);
        CHECK(keys.insert(key).second);
    }
    return keys;
}

// An action is the same under `default` as in a rule, and is described there.
std::set<std::string> keys_to_document()
{
    auto keys = known_keys();
    std::erase_if(keys, [](const std::string& key) { return key.starts_with("lb.listeners[].default."); });
    return keys;
}

}  // namespace

TEST_CASE("the reference describes every key the parser knows, and no other", "[conf][reference]")
{
    const auto documented = documented_keys();
    const auto known = keys_to_document();
    for (const auto& key : known) {
        INFO("missing in conf/README.md: " << key);
        CHECK(documented.contains(key));
    }
    for (const auto& key : documented) {
        INFO("conf/README.md describes what the parser does not know: " << key);
        CHECK(known.contains(key));
    }
}

TEST_CASE("a default action knows the keys of a rule's action", "[conf][reference]")
{
    const auto below = [](const std::string& prefix) {
        std::set<std::string> found;
        for (const auto& key : known_keys())
            if (key.starts_with(prefix)) found.insert(key.substr(prefix.size()));
        return found;
    };
    CHECK(below("lb.listeners[].default.").size() == 16);
    CHECK(below("lb.listeners[].default.") == below("lb.listeners[].rules[].action."));
}

TEST_CASE("every example is a sound configuration", "[conf][examples]")
{
    const scratch folder;
    folder.write_key_pair("site");
    const environment tls("GATEHOUSE_TLS_DIR", folder.path(""));
    folder.write_host_key("ssh_host_ed25519_key");
    folder.write("alice.pub", "ssh-ed25519 AAAA alice@laptop\n");
    folder.write("user_ca.pub", "ssh-ed25519 AAAA ca\n");
    folder.write("revoked.krl", "");
    const environment ssh("GATEHOUSE_SSH_DIR", folder.path(""));
    const environment token("GATEHOUSE_ADMIN_TOKEN", "s3cret");
    int examples = 0;
    for (const auto& file : std::filesystem::directory_iterator(room / "examples")) {
        const auto read = load(file.path().string());
        std::string lines;
        for (const auto& one : read.problems) lines += to_string(one) + '\n';
        INFO(lines);
        CHECK(read.value != nullptr);
        ++examples;
    }
    CHECK(examples >= 6);
}

TEST_CASE("full.yaml uses every key", "[conf][examples]")
{
    std::ifstream full(room / "examples" / "full.yaml");
    const std::string text{std::istreambuf_iterator<char>(full), {}};
    for (const auto& path : keys_to_document()) {
        const auto key = path.substr(path.rfind('.') + 1);
        INFO(path);
        CHECK(text.find(key + ':') != std::string::npos);
    }
}
