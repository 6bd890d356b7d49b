#include "conf/known_keys.hpp"

#include "conf/parse.hpp"

namespace gatehouse::conf {

std::set<std::string> known_keys()
{
    std::set<std::string> keys;
    reading catalogue({}, file_access::skipped);
    catalogue.catalogue = &keys;
    config nothing;
    parse_config(reader(catalogue), nothing);
    return keys;
}

}  // namespace gatehouse::conf
