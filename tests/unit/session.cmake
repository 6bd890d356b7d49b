gatehouse_unit_test(session
  SOURCES
    unit/session/console_reply_test.cpp
    unit/session/relay_test.cpp
  LINK gatehouse::bastion)
