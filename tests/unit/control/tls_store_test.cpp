#include "lb/control/tls_store.hpp"

#include "tests/support/certificates.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace gatehouse;

namespace {

conf::lb two_sites(const test::minted& first, const test::minted& second)
{
    conf::listener https;
    https.name = "public";
    https.protocol = conf::listener_protocol::https;
    https.tls.emplace();
    for (const auto& one : {first, second}) https.tls->certificates.push_back({one.certificate_file, one.key_file});
    conf::lb settings;
    settings.listeners = {https};
    return settings;
}

void replace(const test::minted& old, const test::minted& fresh)
{
    const auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(fresh.certificate_file, old.certificate_file, over);
    std::filesystem::copy_file(fresh.key_file, old.key_file, over);
}

std::vector<std::string> subjects(const lb::tls_store& store)
{
    std::vector<std::string> all;
    for (const auto& one : store.in_use().listeners.at("public").front()->certificates()) all.push_back(one.subject);
    return all;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("a certificate that broke keeps its last good version while others are renewed", "[control][tls_store]")
{
    test::certificate_mint mint;
    const auto shop = mint.make({.common_name = "shop"}), blog = mint.make({.common_name = "blog"});
    const auto settings = two_sites(shop, blog);
    lb::tls_store store(2);
    store.use(store.load(settings));

    replace(blog, mint.make({.common_name = "blog renewed"}));
    std::ofstream(shop.certificate_file) << "half a cert";
    const auto problems = store.renew(settings);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].find(shop.certificate_file) != std::string::npos);
    CHECK(subjects(store) == names{"shop", "blog renewed"});

    replace(shop, mint.make({.common_name = "shop renewed"}));
    CHECK(store.renew(settings).empty());
    CHECK(subjects(store) == names{"shop renewed", "blog renewed"});
}

TEST_CASE("a configuration with a certificate that cannot be used is refused whole", "[control][tls_store]")
{
    test::certificate_mint mint;
    const auto shop = mint.make({.common_name = "shop"});
    lb::tls_store store(1);
    store.use(store.load(two_sites(shop, shop)));
    const auto broken = mint.make({.common_name = "blog"});
    std::ofstream(broken.key_file) << "no key";
    CHECK_THROWS_WITH(store.load(two_sites(shop, broken)), Catch::Matchers::Contains(broken.key_file));
    CHECK(subjects(store) == names{"shop", "shop"});
}
