list(APPEND sources metrics/metrics.cpp)
