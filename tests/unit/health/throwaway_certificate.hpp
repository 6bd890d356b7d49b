#pragma once

#include <boost/asio/ssl/context.hpp>

#include <string>

namespace gatehouse::lb::stage {

// A self-signed certificate and its key, made for one test. `names` is OpenSSL's form:
// "IP:127.0.0.1,DNS:web.example".
struct throwaway_certificate {
    explicit throwaway_certificate(const std::string& names);

    boost::asio::ssl::context server() const;  // that presents it
    std::string certificate, private_key;      // PEM
};

}  // namespace gatehouse::lb::stage
