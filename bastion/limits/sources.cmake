list(APPEND sources
  limits/recent_logins.cpp
  limits/session_quota.cpp
  limits/source_key.cpp
  limits/source_penalties.cpp
  limits/startup_gate.cpp
  limits/work_share.cpp)
