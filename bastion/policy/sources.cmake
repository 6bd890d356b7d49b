list(APPEND sources
  policy/access_policy.cpp
  policy/access_rule.cpp
  policy/denial.cpp
  policy/target_address.cpp
  policy/target_names.cpp
  policy/weekly_window.cpp)
