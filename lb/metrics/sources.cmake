list(APPEND sources
  metrics/families.cpp
  metrics/metrics.cpp
  metrics/stats.cpp)
