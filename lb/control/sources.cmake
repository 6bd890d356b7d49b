list(APPEND sources
  control/admin_api.cpp
  control/auto_scaling_loop.cpp
  control/cloudwatch_metrics.cpp
  control/cloudwatch_reports.cpp
  control/discover_reply.cpp
  control/explain.cpp
  control/explain_target.cpp
  control/load_balancer.cpp
  control/own_zone.cpp
  control/plan_builder.cpp
  control/replacement_reports.cpp
  control/target_registry.cpp
  control/target_replies.cpp
  control/target_report.cpp
  control/tls_store.cpp
  control/zone_shifts.cpp)
