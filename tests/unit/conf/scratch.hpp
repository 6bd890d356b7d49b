#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace gatehouse::conf::test {

// A folder of its own for one test, removed with everything in it.
class scratch {
public:
    scratch();
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch();

    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    std::string write(const std::string& name, std::string_view text) const;  // returns its path

    // Puts a new throw-away certificate into NAME.crt and its key into NAME.key.
    void write_key_pair(const std::string& name) const;

    // Puts the outer form of an OpenSSH private key into NAME, closed to others as ssh-keygen does. There is no key in
    // it: nobody here looks further than the name of its cipher.
    std::string write_host_key(const std::string& name, std::string_view cipher = "none") const;
    void allow(const std::string& name, unsigned mode) const;  // chmod

private:
    std::filesystem::path folder_;
};

// Sets an environment variable for one test.
class environment {
public:
    environment(std::string name, const std::string& value);
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;
    ~environment();

private:
    std::string name_;
};

}  // namespace gatehouse::conf::test
