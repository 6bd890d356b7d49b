list(APPEND sources control/admin_api.cpp control/auto_scaling_loop.cpp control/cloudwatch_metrics.cpp control/explain.cpp control/load_balancer.cpp control/own_zone.cpp control/plan_builder.cpp
     control/socket_table.cpp control/target_registry.cpp control/tls_store.cpp)
