list(APPEND sources
  control/admin_api.cpp
  control/jump_host.cpp
  control/replies.cpp
  control/session_hooks.cpp)
