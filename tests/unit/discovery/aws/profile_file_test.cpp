#include "discovery/aws/profile_file.hpp"

#include "tests/unit/discovery/aws/await.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;
using gatehouse::discovery::stage::scratch_directory;

namespace {

// A home with shared files, and the environment that leads there.
struct home {
    home()
    {
        std::filesystem::create_directory(folder.file(".aws"));
        set["HOME"] = folder.path();
    }
    source_result fetch()
    {
        profile_file source(
            [this](const char* name) { return set.contains(name) ? set.at(name) : std::string(); });
        boost::asio::io_context loop;
        return stage::await(loop, source.fetch());
    }
    std::string error()
    {
        const auto failed = fetch();
        REQUIRE(failed.has_error());
        CHECK(failed.error().kind == error_kind::authentication);
        return failed.error().message;
    }
    std::string access_key()
    {
        const auto found = fetch();
        REQUIRE(found.has_value());
        return *found ? (*found)->access_key : "";
    }

    scratch_directory folder;
    std::map<std::string, std::string> set;
};

const std::string keys = "aws_access_key_id = AKIA1\naws_secret_access_key = secret\n";

}  // namespace

TEST_CASE("a credentials file has a section for each profile", "[aws][profile_file]")
{
    const auto all = parse_profiles("# mine\n"
                                    "aws_access_key_id = before any section\n"
                                    "[default]\n"
                                    "AWS_Access_Key_Id=AKIA1\n"
                                    "aws_secret_access_key =\ta/b+c=#d ; a comment\r\n"
                                    "; another\n"
                                    "\n"
                                    "[ work ] # my own\n"
                                    "  aws_access_key_id = AKIA2\n"
                                    "  aws_secret_access_key = e\n"
                                    "no setting\n"
                                    "[default]\n"
                                    "aws_session_token = t",
                                    profile_form::credentials);
    CHECK(all == profiles{{"default",
                           {{"aws_access_key_id", "AKIA1"},
                            {"aws_secret_access_key", "a/b+c=#d"},
                            {"aws_session_token", "t"}}},
                          {"work", {{"aws_access_key_id", "AKIA2"}, {"aws_secret_access_key", "e"}}}});
}

TEST_CASE("a config file has profiles among other sections", "[aws][profile_file]")
{
    const auto all = parse_profiles("[default]\n"
                                    "region = eu-west-2\n"
                                    "s3 =\n"
                                    "  region = nested\n"
                                    "  max_queue = 5\n"
                                    "[profile work]\n"
                                    "role_arn = arn:aws:iam::123456789012:role/a\n"
                                    "[sso-session work]\n"
                                    "role_arn = other\n"
                                    "[work]\n"
                                    "role_arn = other\n"
                                    "[profile\tspaced]\n"
                                    "a = b\n",
                                    profile_form::config);
    CHECK(all == profiles{{"default", {{"region", "eu-west-2"}, {"s3", ""}}},
                          {"work", {{"role_arn", "arn:aws:iam::123456789012:role/a"}}},
                          {"spaced", {{"a", "b"}}}});
}

TEST_CASE("no text is more than a reader of shared files can bear", "[aws][profile_file]")
{
    for (const char* text :
         {"", "\n", "[", "]", "[]", "[]\na=b", "=", "[a]\n=", "[a]\n= b", "[a", "[ ]\nc=d", "\xff\xfe"})
        for (const auto form : {profile_form::credentials, profile_form::config}) {
            CAPTURE(text);
            CHECK_FALSE(parse_profiles(text, form).contains("b"));
        }
}

TEST_CASE("keys are in the default profile of the file at home", "[aws][profile_file]")
{
    home at;
    CHECK(at.access_key().empty());
    at.folder.write(".aws/credentials", "[default]\n" + keys + "aws_session_token = t\n");
    const auto found = at.fetch();
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    CHECK((*found)->access_key == "AKIA1");
    CHECK((*found)->secret_key == "secret");
    CHECK((*found)->session_token == "t");
    CHECK_FALSE((*found)->expires.has_value());
    CHECK((*found)->source == "profile default");
    at.set["HOME"] = "";
    CHECK(at.access_key().empty());
}

TEST_CASE("AWS_PROFILE names another profile, which must exist", "[aws][profile_file]")
{
    home at;
    at.folder.write(".aws/credentials", "[work]\n" + keys);
    CHECK(at.access_key().empty());
    at.set["AWS_PROFILE"] = "work";
    CHECK(at.access_key() == "AKIA1");
    at.set["AWS_PROFILE"] = "play";
    CHECK(at.error().find("play") != std::string::npos);
}

TEST_CASE("keys in the credentials file win over those in the config file", "[aws][profile_file]")
{
    home at;
    at.folder.write(".aws/config", "[default]\naws_access_key_id = AKIA2\naws_secret_access_key = s\n");
    CHECK(at.access_key() == "AKIA2");
    at.folder.write(".aws/credentials", "[other]\n" + keys);
    CHECK(at.access_key() == "AKIA2");
    at.folder.write(".aws/credentials", "[default]\n" + keys);
    CHECK(at.access_key() == "AKIA1");
}

TEST_CASE("a file that is named must be there", "[aws][profile_file]")
{
    home at;
    at.folder.write("mine", "[default]\n" + keys);
    at.set["AWS_SHARED_CREDENTIALS_FILE"] = at.folder.file("mine");
    CHECK(at.access_key() == "AKIA1");
    at.set["AWS_SHARED_CREDENTIALS_FILE"] = at.folder.file("absent");
    CHECK(at.error().find("absent") != std::string::npos);
    at.set["AWS_SHARED_CREDENTIALS_FILE"] = "";
    at.set["AWS_CONFIG_FILE"] = at.folder.path();
    CHECK(at.error().find("AWS_CONFIG_FILE") != std::string::npos);
}

TEST_CASE("a default profile that speaks of other things is none of this source", "[aws][profile_file]")
{
    home at;
    at.folder.write(".aws/config", "[default]\nregion = eu-west-2\n");
    CHECK(at.access_key().empty());
    at.set["AWS_PROFILE"] = "default";
    CHECK(at.error().find("no usable keys") != std::string::npos);
}

TEST_CASE("a profile whose keys are elsewhere is an error, and never a reason to take others",
          "[aws][profile_file]")
{
    home at;
    for (const char* how : {"role_arn", "credential_process", "sso_session", "sso_start_url"}) {
        at.folder.write(".aws/config", std::string("[default]\n") + how + " = something\n");
        CHECK(at.error().find(how) != std::string::npos);
    }
    at.folder.write(".aws/config", "[default]\naws_access_key_id = AKIA1\n");
    CHECK(at.error() == "profile default: no usable keys");
}
