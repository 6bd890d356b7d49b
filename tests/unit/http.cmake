gatehouse_unit_test(http
  SOURCES
    unit/http/body_reader_test.cpp
    unit/http/desync_test.cpp
    unit/http/error_page_test.cpp
    unit/http/field_test.cpp
    unit/http/forward_request_test.cpp
    unit/http/forward_response_test.cpp
    unit/http/head_scanner_test.cpp
    unit/http/http_date_test.cpp
    unit/http/request_fields_test.cpp
    unit/http/request_framing_test.cpp
    unit/http/request_line_test.cpp
    unit/http/response_head_test.cpp
    unit/http/shared_data.cpp
    unit/http/shared_desync_test.cpp
    unit/http/shared_gadgets_test.cpp
    unit/http/shared_llhttp_test.cpp
    unit/http/shared_probe_test.cpp
    unit/http/trace_id_test.cpp
    unit/http/trailers_test.cpp
    unit/http/wire.cpp
    unit/target/allocations.cpp
  LINK gatehouse::lb yaml-cpp)
# The cases that no one here wrote lie beside the project, if anywhere.
target_compile_definitions(unit_http PRIVATE GATEHOUSE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
