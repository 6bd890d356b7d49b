list(APPEND sources
  identity/address_patterns.cpp identity/authority_keys.cpp identity/authorized_keys.cpp identity/base64.cpp
  identity/certificate.cpp identity/certificate_judge.cpp identity/digest.cpp identity/ed25519_point.cpp
  identity/evp_key.cpp identity/key_fields.cpp identity/key_line.cpp identity/key_options.cpp identity/key_rules.cpp
  identity/key_type.cpp identity/krl_reader.cpp identity/login_judge.cpp identity/login_refusal.cpp
  identity/option_reader.cpp identity/permissions.cpp identity/public_key.cpp identity/quoted.cpp
  identity/revocation_list.cpp identity/revoked_keys_reader.cpp identity/roster.cpp identity/serial_set.cpp
  identity/shown_key.cpp identity/signature.cpp identity/ssh_reader.cpp identity/timespec.cpp)
