gatehouse_unit_test(conf
  SOURCES
    unit/conf/address_test.cpp
    unit/conf/config_test.cpp
    unit/conf/document_test.cpp
    unit/conf/group_file_test.cpp
    unit/conf/interpolation_test.cpp
    unit/conf/mutation_test.cpp
    unit/conf/near_miss_test.cpp
    unit/conf/parse_access_rule_test.cpp
    unit/conf/parse_aws_test.cpp
    unit/conf/parse_bastion_limits_test.cpp
    unit/conf/parse_bastion_test.cpp
    unit/conf/parse_group_test.cpp
    unit/conf/parse_listener_test.cpp
    unit/conf/parse_rule_test.cpp
    unit/conf/parse_settings_test.cpp
    unit/conf/parse_ssh_user_test.cpp
    unit/conf/parse_target_group_test.cpp
    unit/conf/reference_test.cpp
    unit/conf/scalars_test.cpp
    unit/conf/scratch.cpp
    unit/conf/ssh_files_test.cpp
    unit/conf/time_zone_test.cpp
    unit/conf/weekly_window_test.cpp
  LINK gatehouse::conf OpenSSL::Crypto)
target_compile_definitions(unit_conf PRIVATE GATEHOUSE_CONF_DIR="${PROJECT_SOURCE_DIR}/conf")
