gatehouse_unit_test(metrics
  SOURCES
    unit/metrics/metrics_test.cpp
    unit/metrics/metrics_threads_test.cpp
    unit/metrics/stats_test.cpp
  LINK gatehouse::lb)
target_compile_definitions(unit_metrics PRIVATE GATEHOUSE_GOLDEN="${CMAKE_CURRENT_SOURCE_DIR}/support/golden")
