// The compiled halves of Asio and Beast: every other source includes their headers without the bodies.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
