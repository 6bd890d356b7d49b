list(APPEND sources
  identity/base64.cpp identity/digest.cpp identity/ed25519_point.cpp identity/evp_key.cpp identity/key_fields.cpp
  identity/key_rules.cpp identity/key_type.cpp identity/login_refusal.cpp identity/public_key.cpp
  identity/ssh_reader.cpp)
