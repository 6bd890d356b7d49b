list(APPEND sources session/relay.cpp session/session_book.cpp)
