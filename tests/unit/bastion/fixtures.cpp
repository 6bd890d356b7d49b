#include "tests/unit/bastion/fixtures.hpp"

#include "tests/unit/http/shared_data.hpp"

#include <fstream>
#include <map>
#include <sstream>

namespace gatehouse::test {
namespace {

std::map<std::string, fixture, std::less<>> read_fixtures()
{
    std::map<std::string, fixture, std::less<>> read;
    std::ifstream file(GATEHOUSE_SOURCE_DIR "/tests/unit/bastion/fixtures/openssh.txt");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string name, type, base64, fingerprint;
        words >> name >> type >> base64 >> fingerprint;
        read[name] = {type + ' ' + base64, from_base64(base64), fingerprint};
    }
    return read;
}

}  // namespace

const fixture& made_by_openssh(std::string_view name)
{
    static const auto all = read_fixtures();
    return all.find(name)->second;
}

bastion::public_key key_named(std::string_view name)
{
    return bastion::public_key::parse(made_by_openssh(name).blob).value();
}

}  // namespace gatehouse::test
