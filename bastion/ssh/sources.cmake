list(APPEND sources
  ssh/algorithms.cpp ssh/client_socket.cpp ssh/outcome.cpp ssh/read_ahead.cpp
  ssh/libssh/channels.cpp ssh/libssh/handles.cpp ssh/libssh/libssh_transport.cpp ssh/libssh/login.cpp
  ssh/libssh/packet_log.cpp ssh/libssh/peer_packet.cpp ssh/libssh/requests.cpp ssh/libssh/server.cpp
  ssh/libssh/session_channel.cpp)
