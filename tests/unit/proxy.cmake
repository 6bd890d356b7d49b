gatehouse_unit_test(proxy
  SOURCES
    unit/io/deadline_wheel_test.cpp
    unit/io/gather_test.cpp
    unit/io/transport_test.cpp
    unit/proxy/exchange_request_test.cpp
    unit/proxy/exchange_response_test.cpp
    unit/proxy/exchange_retry_test.cpp
  LINK gatehouse::lb)
