list(APPEND sources
  router/actions.cpp
  router/conditions.cpp
  router/glob.cpp
  router/route_request.cpp
  router/route_table.cpp)
