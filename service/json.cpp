// The compiled half of Boost.JSON: every other source includes its headers without the bodies.
#include <boost/json/src.hpp>
