list(APPEND sources session/relay.cpp)
