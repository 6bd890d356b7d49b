list(APPEND sources worker/graveyard.cpp worker/worker.cpp worker/worker_loop.cpp)
