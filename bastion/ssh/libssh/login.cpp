#include "bastion/ssh/libssh/libssh_transport.hpp"

#include "bastion/identity/key_rules.hpp"
#include "bastion/ssh/libssh/server_parts.hpp"

#include <utility>

// Until the user has logged in.

namespace gatehouse::bastion {

// What libssh would bear from a client that has not logged in.
void libssh_transport::check_login()
{
    if (logged_in_ || ending_) return;
    if (login_guard::too_much(socket_bytes_.in_bytes)) return end(end_reason::login_bytes);
    for (auto silent = login_.take_silent(login_requests_); silent > 0 && !ending_; --silent) {
        handler_.on_bad_signature(last_offer_ ? text_of(ssh_message_auth_user(last_offer_.get())) : std::string());
        reply_failure();
    }
}

bool libssh_transport::accepts(ssh_message offer, bool is_signed)
{
    const ssh_key key = ssh_message_auth_pubkey(offer);
    const std::string user = text_of(ssh_message_auth_user(offer)), blob = blob_of(key);
    const std::string algorithm = text_of(ssh_key_type_to_char(ssh_key_type(key)));
    const key_offer shown{.user = user, .blob = blob, .algorithm = algorithm, .signed_by_it = is_signed};
    // Never laxer than libssh, which would be silent about the signature: the client would not try its next key.
    if (const auto why = check_shown(blob, by_->inside().settings.user_keys)) {
        handler_.on_unfit_key(shown, *why);
        return false;
    }
    return handler_.on_public_key(shown);
}

void libssh_transport::authenticate(message_ptr message)
{
    if (logged_in_ || !login_.begun()) return end(end_reason::protocol_error);
    login_.heard_message();
    last_offer_ = std::move(message);
    auto* const offer = last_offer_.get();
    const int method = ssh_message_subtype(offer);
    if (method == SSH_AUTH_METHOD_PUBLICKEY) {
        const auto state = ssh_message_auth_publickey_state(offer);
        const bool is_signed = state == SSH_PUBLICKEY_STATE_VALID;
        const bool accepted = (is_signed || state == SSH_PUBLICKEY_STATE_NONE) && accepts(offer, is_signed);
        if (ending_) return;
        if (accepted && !is_signed) {
            ssh_message_auth_reply_pk_ok_simple(offer);
            return;
        }
        if (accepted) {
            logged_in_ = true;
            grace_.cancel();
            ssh_message_auth_reply_success(offer, 0);
            last_offer_.reset();
            handler_.on_login();
            return;
        }
    }
    if (method == SSH_AUTH_METHOD_NONE) {  // asks what there is: no try
        ssh_message_auth_set_methods(offer, SSH_AUTH_METHOD_PUBLICKEY);
        ssh_message_reply_default(offer);
        return;
    }
    reply_failure();
}

void libssh_transport::reply_failure()
{
    if (login_.failed()) return end(end_reason::too_many_tries);
    if (!last_offer_) return end(end_reason::bad_signature);  // libssh answers nothing but a message
    ssh_message_auth_set_methods(last_offer_.get(), SSH_AUTH_METHOD_PUBLICKEY);
    ssh_message_reply_default(last_offer_.get());
}

void libssh_transport::send_banner(std::string_view text)
{
    if (ending_ || dead_ || logged_in_) return;
    const std::string copy(text);
    const std::unique_ptr<ssh_string_struct, deleter<&ssh_string_free>> banner(ssh_string_from_char(copy.c_str()));
    if (banner) ssh_send_issue_banner(session_.get(), banner.get());
}

}  // namespace gatehouse::bastion
