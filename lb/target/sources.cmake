list(APPEND sources
  target/balancer.cpp
  target/drain_clock.cpp
  target/retry_budget.cpp
  target/stickiness.cpp
  target/target.cpp
  target/target_set.cpp)
