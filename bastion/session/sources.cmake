list(APPEND sources
  session/console_reply.cpp
  session/guest.cpp
  session/guest_jumps.cpp
  session/guest_login.cpp
  session/guest_requests.cpp
  session/jump.cpp
  session/last_denials.cpp
  session/relay.cpp
  session/session_book.cpp)
