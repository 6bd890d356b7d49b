gatehouse_unit_test(discovery
  SOURCES
    unit/discovery/aws/loopback_server.cpp
    unit/discovery/directory_test.cpp
    unit/discovery/dns_membership_test.cpp
    unit/discovery/dns_provider_test.cpp
    unit/discovery/file_provider_test.cpp
    unit/discovery/inventory_metrics_test.cpp
    unit/discovery/inventory_test.cpp
    unit/discovery/jitter_test.cpp
    unit/discovery/name_service_test.cpp
    unit/discovery/provider_setup_test.cpp
    unit/discovery/shared_list_test.cpp
    unit/discovery/state_file_test.cpp
    unit/discovery/terminate_hooks_test.cpp
  LINK gatehouse::discovery)
