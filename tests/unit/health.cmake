gatehouse_unit_test(health
  SOURCES
    unit/health/health_checker_test.cpp
    unit/health/health_probe_test.cpp
    unit/health/health_state_test.cpp
    unit/health/loopback_target.cpp
    unit/health/probe_tls_test.cpp
    unit/health/throwaway_certificate.cpp
  LINK gatehouse::lb)
