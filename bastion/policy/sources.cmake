list(APPEND sources
  policy/weekly_window.cpp)
