gatehouse_unit_test(session
  SOURCES
    unit/session/relay_test.cpp
  LINK gatehouse::bastion)
