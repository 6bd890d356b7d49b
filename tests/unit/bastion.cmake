gatehouse_unit_test(bastion
  SOURCES
    unit/bastion/access_policy_explain_test.cpp
    unit/bastion/access_policy_test.cpp
    unit/bastion/audit_line_test.cpp
    unit/bastion/audit_log_test.cpp
    unit/bastion/audit_text_test.cpp
    unit/bastion/house.cpp
    unit/bastion/quota_test.cpp
    unit/bastion/source_key_test.cpp
    unit/bastion/source_penalties_test.cpp
    unit/bastion/source_table_test.cpp
    unit/bastion/startup_gate_test.cpp
    unit/bastion/target_address_test.cpp
    unit/bastion/target_names_test.cpp
    unit/bastion/utc_text_test.cpp
    unit/bastion/weekly_window_test.cpp
  LINK gatehouse::bastion)
