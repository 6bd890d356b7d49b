gatehouse_unit_test(router
  SOURCES
    unit/target/allocations.cpp
    unit/router/actions_test.cpp
    unit/router/glob_test.cpp
    unit/router/route_table_test.cpp
  LINK gatehouse::lb)
