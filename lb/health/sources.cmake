list(APPEND sources
  health/health_checker.cpp
  health/health_probe.cpp
  health/health_state.cpp
  health/probe_tls.cpp)
