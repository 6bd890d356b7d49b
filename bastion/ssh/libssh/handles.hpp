#pragma once

#define SSH_SUPPRESS_DEPRECATED  // the message queue's accessors; callbacks cannot answer later
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include <memory>
#include <string>

namespace gatehouse::bastion {

// Owners of what libssh hands out.
template <auto Free> struct deleter {
    template <class T> void operator()(T* what) const { Free(what); }
};
using message_ptr = std::unique_ptr<ssh_message_struct, deleter<&ssh_message_free>>;
using session_ptr = std::unique_ptr<ssh_session_struct, deleter<&ssh_free>>;
using event_ptr = std::unique_ptr<ssh_event_struct, deleter<&ssh_event_free>>;
using key_ptr = std::unique_ptr<ssh_key_struct, deleter<&ssh_key_free>>;
using bind_ptr = std::unique_ptr<ssh_bind_struct, deleter<&ssh_bind_free>>;

std::string text_of(const char* from);  // empty for null

// The public key or certificate as it goes over the wire; empty when libssh cannot say.
std::string blob_of(ssh_key key);

}  // namespace gatehouse::bastion
