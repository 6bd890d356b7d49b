gatehouse_unit_test(identity
  SOURCES
    unit/bastion/certificate_mint.cpp
    unit/bastion/fixtures.cpp
    unit/bastion/identity_address_patterns_test.cpp
    unit/bastion/identity_authority_keys_test.cpp
    unit/bastion/identity_authorized_keys_test.cpp
    unit/bastion/identity_base64_test.cpp
    unit/bastion/identity_certificate_judge_test.cpp
    unit/bastion/identity_certificate_test.cpp
    unit/bastion/identity_key_options_test.cpp
    unit/bastion/identity_login_judge_test.cpp
    unit/bastion/identity_public_key_test.cpp
    unit/bastion/identity_quoted_test.cpp
    unit/bastion/identity_revocation_list_test.cpp
    unit/bastion/identity_roster_test.cpp
    unit/bastion/identity_serial_set_test.cpp
    unit/bastion/identity_ssh_reader_test.cpp
    unit/bastion/identity_timespec_test.cpp
    unit/http/shared_data.cpp
  LINK gatehouse::bastion)
target_compile_definitions(unit_identity PRIVATE GATEHOUSE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
