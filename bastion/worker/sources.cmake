list(APPEND sources worker/preface.cpp worker/worker.cpp)
