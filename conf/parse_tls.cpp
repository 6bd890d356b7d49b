#include "conf/parse.hpp"
#include "conf/pem.hpp"
#include "conf/values.hpp"

namespace gatehouse::conf {
namespace {

void parse_certificate(const reader& at, certificate_pair& to)
{
    at.mapping({
        {"certificate", file_path(to.certificate), presence::required},
        {"private_key", file_path(to.private_key), presence::required},
    });
    if (at.pass().files == file_access::skipped) return;
    if (to.certificate.empty() || to.private_key.empty()) return;
    const auto certificate_problem = check_certificates(to.certificate);
    const auto key_problem = check_private_key(to.private_key);
    if (certificate_problem) at.fail("certificate", *certificate_problem);
    if (key_problem) at.fail("private_key", *key_problem);
    if (!certificate_problem && !key_problem && !belong_together(to.certificate, to.private_key))
        at.fail("private_key", "does not belong to the certificate '" + to.certificate + '\'');
}

}  // namespace

void parse_tls(const reader& at, listener_tls& to)
{
    at.mapping({
        {"policy",
         choice(to.policy, {{"modern", tls_policy::modern}, {"intermediate", tls_policy::intermediate}})},
        {"certificates",
         [&](const reader& list) {
             list.some_items(
                 [&](const reader& item) { parse_certificate(item, to.certificates.emplace_back()); });
         },
         presence::required},
    });
}

}  // namespace gatehouse::conf
