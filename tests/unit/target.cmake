gatehouse_unit_test(target
  SOURCES
    unit/target/allocations.cpp
    unit/target/balancer_test.cpp
    unit/target/drain_clock_test.cpp
    unit/target/retry_budget_test.cpp
    unit/target/slow_start_test.cpp
    unit/target/stickiness_test.cpp
    unit/target/target_test.cpp
  LINK gatehouse::lb)
