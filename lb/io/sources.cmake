list(APPEND sources io/deadline_wheel.cpp io/poller.cpp io/transport.cpp)
