gatehouse_unit_test(ssh
  SOURCES
    unit/ssh/key_filter_test.cpp
    unit/ssh/login_guard_test.cpp
    unit/ssh/server_test.cpp
  LINK gatehouse::bastion)
