list(APPEND sources
  console/config.cpp console/console.cpp console/key_limits.cpp console/ls.cpp console/notices.cpp
  console/overview.cpp console/own_rules.cpp console/policy_test.cpp console/reach.cpp console/server_table.cpp
  console/sessions.cpp console/terminal_text.cpp console/text_table.cpp console/time_left.cpp console/whoami.cpp
  console/why.cpp)
