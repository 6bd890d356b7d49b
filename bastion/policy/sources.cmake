list(APPEND sources
  policy/target_address.cpp
  policy/target_names.cpp
  policy/weekly_window.cpp)
