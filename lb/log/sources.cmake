list(APPEND sources
  log/access_line.cpp
  log/access_log.cpp
  log/access_writer.cpp
  log/alb_line.cpp
  log/bell.cpp
  log/escape.cpp
  log/json_line.cpp
  log/logged_url.cpp
  log/record_ring.cpp
  log/text.cpp)
