gatehouse_unit_test(control
  SOURCES
    unit/control/socket_table_test.cpp
    unit/control/target_registry_test.cpp
  LINK gatehouse::lb)
