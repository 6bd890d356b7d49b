#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>

namespace gatehouse::service {

// A thread for work that takes milliseconds of a core and may wait: the nicest there is. On a core that is never free it still
// gets some 1.5 % of it, so that who is new is found out just when everybody is busy. Its jobs let others run between their
// steps (service/burst.hpp). Begins with the first job. Jobs run one after the other.
class background {
public:
    background();
    // Waits for the job under way. Who waits for others never hears of them: their coroutines end.
    ~background();
    background(const background&) = delete;
    background& operator=(const background&) = delete;

    // Runs `job` on that thread and resumes on the coroutine's own executor, which must outlive this. What the job
    // throws is thrown. Both sides may use what the coroutine owns: they never run at once.
    boost::asio::awaitable<void> run(std::function<void()> job);

private:
    struct state;
    std::unique_ptr<state> state_;
};

// How a job is run: by background::run, or at once in tests.
using job_runner = std::function<boost::asio::awaitable<void>(std::function<void()> job)>;
boost::asio::awaitable<void> run_at_once(std::function<void()> job);

}  // namespace gatehouse::service
