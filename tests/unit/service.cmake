gatehouse_unit_test(service
  SOURCES
    unit/http/shared_data.cpp
    unit/service/address_block_test.cpp
    unit/service/admin_guard_test.cpp
    unit/service/admin_router_test.cpp
    unit/service/admin_server_test.cpp
    unit/service/background_test.cpp
    unit/service/command_line_test.cpp
    unit/service/ctl/address_test.cpp
    unit/service/ctl/commands_test.cpp
    unit/service/ctl/invocation_test.cpp
    unit/service/ctl/show_test.cpp
    unit/service/ctl/table_test.cpp
    unit/service/file_watch_test.cpp
    unit/service/log_file_test.cpp
    unit/service/log_test.cpp
    unit/service/notify_test.cpp
    unit/service/process_metrics_test.cpp
    unit/service/proxy_header_test.cpp
    unit/service/ready_report_test.cpp
    unit/service/signals_test.cpp
    unit/service/socket_table_test.cpp
    unit/service/sockets_test.cpp
    unit/service/workers_test.cpp
  LINK gatehouse::ctl gatehouse::service)
target_compile_definitions(unit_service PRIVATE GATEHOUSE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
