list(APPEND sources
  tls/certificate.cpp tls/channel.cpp tls/memory_bio.cpp tls/name_table.cpp tls/openssl.cpp tls/server_context.cpp
  tls/target_context.cpp tls/ticket_keys.cpp)
