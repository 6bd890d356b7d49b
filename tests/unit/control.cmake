gatehouse_unit_test(control
  SOURCES
    support/certificates.cpp
    unit/control/bastion_sessions_test.cpp
    unit/control/cloudwatch_metrics_test.cpp
    unit/control/explain_target_test.cpp
    unit/control/target_registry_test.cpp
    unit/control/tls_store_test.cpp
    unit/control/zone_shifts_test.cpp
    unit/discovery/aws/loopback_server.cpp
  LINK gatehouse::lb)
