#pragma once

#include "tests/unit/discovery/stage.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace gatehouse::discovery::aws::stage {

// What a coroutine is going to return, and has, once the loop has run for long enough.
template <class T> class pending {
public:
    pending(boost::asio::io_context& loop, boost::asio::awaitable<T> what) : loop_(loop)
    {
        boost::asio::co_spawn(loop, std::move(what), [to = outcome_](std::exception_ptr thrown, T value) {
            to->thrown = thrown;
            to->value = std::move(value);
        });
    }
    bool over() const { return outcome_->value.has_value(); }
    T take()
    {
        if (!discovery::stage::run_until(loop_, [this] { return over(); }))
            throw std::runtime_error("the coroutine does not end");
        if (outcome_->thrown) std::rethrow_exception(outcome_->thrown);
        return *std::move(outcome_->value);
    }

private:
    struct outcome {
        std::optional<T> value;
        std::exception_ptr thrown;
    };
    boost::asio::io_context& loop_;
    std::shared_ptr<outcome> outcome_ = std::make_shared<outcome>();
};

// Runs a coroutine to its end.
template <class T> T await(boost::asio::io_context& loop, boost::asio::awaitable<T> what)
{
    return pending<T>(loop, std::move(what)).take();
}

}  // namespace gatehouse::discovery::aws::stage
