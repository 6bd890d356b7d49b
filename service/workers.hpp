#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace gatehouse::service {

// N threads with a single-threaded io_context each (concurrency hint 1). Objects belong to one worker;
// workers talk by post. Not copyable; start and join from the thread that built it.
class workers {
public:
    explicit workers(unsigned count);  // at least 1
    ~workers();                        // stops and joins
    workers(const workers&) = delete;
    workers& operator=(const workers&) = delete;

    unsigned size() const noexcept { return static_cast<unsigned>(loops_.size()); }
    boost::asio::io_context& loop(unsigned index) noexcept { return *loops_[index]; }

    // Starts the threads, named "worker-N". An exception that leaves a loop ends the process: it is a bug.
    void start();

    // Runs `work` on worker `index`'s thread; dropped when the workers have stopped.
    void post(unsigned index, std::function<void()> work);

    // Runs `work(index)` on every worker's thread and returns when all have run it. Between start() and
    // stop() only, and not from a worker: it would wait for itself.
    void run_on_all(const std::function<void(unsigned index)>& work);

    // Ends every loop after what was posted to it so far, and joins. Whatever still waits in a loop (a timer,
    // a connection) is dropped with the loop itself. Idempotent.
    void stop();

private:
    std::vector<std::unique_ptr<boost::asio::io_context>> loops_;
    std::vector<std::unique_ptr<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>>>
        guards_;
    std::vector<std::thread> threads_;
};

}  // namespace gatehouse::service
