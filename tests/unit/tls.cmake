gatehouse_unit_test(tls
  SOURCES
    support/certificates.cpp
    unit/tls/certificate_test.cpp
    unit/tls/channel_test.cpp
    unit/tls/garbage_test.cpp
    unit/tls/name_table_test.cpp
    unit/tls/peer.cpp
    unit/tls/server_context_test.cpp
    unit/tls/target_context_test.cpp
    unit/tls/ticket_keys_test.cpp
  LINK gatehouse::lb)
