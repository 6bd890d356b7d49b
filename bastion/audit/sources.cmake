list(APPEND sources
  audit/audit_line.cpp
  audit/audit_log.cpp
  audit/audit_record.cpp
  audit/audit_text.cpp)
