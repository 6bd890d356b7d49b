list(APPEND sources ssh/algorithms.cpp ssh/client_socket.cpp ssh/outcome.cpp ssh/transport.cpp)
