gatehouse_unit_test(log
  SOURCES
    unit/log/access_log_test.cpp
    unit/log/access_speed_test.cpp
    unit/log/access_threads_test.cpp
    unit/log/alb_line_test.cpp
    unit/log/bell_test.cpp
    unit/log/escape_test.cpp
    unit/log/json_line_test.cpp
    unit/log/logged_url_test.cpp
    unit/log/record_ring_test.cpp
    unit/log/text_test.cpp
  LINK gatehouse::lb)
