gatehouse_unit_test(ssh
  SOURCES
    support/ssh_client.cpp
    unit/bastion/fixtures.cpp
    unit/http/shared_data.cpp
    unit/ssh/buffer_budget_test.cpp
    unit/ssh/login_guard_test.cpp
    unit/ssh/openssh_key.cpp
    unit/ssh/read_ahead_test.cpp
    unit/ssh/server_test.cpp
    unit/ssh/shown_key_test.cpp
    unit/ssh/transport_test.cpp
  LINK gatehouse::bastion)
target_compile_definitions(unit_ssh PRIVATE GATEHOUSE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
