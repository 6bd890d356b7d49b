list(APPEND sources
  session/console_reply.cpp
  session/guest.cpp
  session/jump.cpp
  session/last_denials.cpp
  session/relay.cpp
  session/session_book.cpp)
