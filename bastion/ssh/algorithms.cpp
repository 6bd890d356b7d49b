#include "bastion/ssh/algorithms.hpp"

namespace gatehouse::bastion {

const algorithms& offered(algorithm_profile profile) noexcept
{
    static constexpr algorithms standard{
        .key_exchange = "curve25519-sha256,curve25519-sha256@libssh.org",
        .host_keys = "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
                     "rsa-sha2-512,rsa-sha2-256",
        .ciphers = "aes256-gcm@openssh.com,aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,aes128-ctr",
        .macs = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com",
        .user_signatures =
            "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,"
            "sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,"
            "ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,"
            "ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,"
            "rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,"
            "sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
    };
    static constexpr algorithms fips{
        .key_exchange = "ecdh-sha2-nistp256,ecdh-sha2-nistp384",
        .host_keys = "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256",
        .ciphers = "aes256-gcm@openssh.com,aes128-gcm@openssh.com",
        .macs = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com",
        .user_signatures = "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,"
                           "ecdsa-sha2-nistp256-cert-v01@openssh.com,ecdsa-sha2-nistp384-cert-v01@openssh.com,"
                           "ecdsa-sha2-nistp521-cert-v01@openssh.com,"
                           "rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com",
    };
    return profile == algorithm_profile::fips ? fips : standard;
}

}  // namespace gatehouse::bastion
