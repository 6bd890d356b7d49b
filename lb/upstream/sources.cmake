list(APPEND sources upstream/connection.cpp upstream/pool.cpp)
