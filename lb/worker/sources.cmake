list(APPEND sources worker/acceptor.cpp worker/graveyard.cpp worker/worker.cpp worker/worker_loop.cpp)
