list(APPEND sources
  router/actions.cpp
  router/address_block.cpp
  router/conditions.cpp
  router/glob.cpp
  router/route_request.cpp
  router/route_table.cpp)
