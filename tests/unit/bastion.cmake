gatehouse_unit_test(bastion
  SOURCES
    unit/bastion/utc_text_test.cpp
    unit/bastion/weekly_window_test.cpp
  LINK gatehouse::bastion)
