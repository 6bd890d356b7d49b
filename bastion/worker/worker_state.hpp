#pragma once

#include "bastion/limits/work_share.hpp"
#include "bastion/rulebook.hpp"
#include "bastion/worker/house.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>

namespace gatehouse::bastion {

class guest;
class server;

// The surroundings of everything that lives on one worker, which they do not outlive.
struct worker_state {
    worker_state(boost::asio::io_context& on, house& whole) :
        loop(on), shared(whole), commands(on, 4), openings(on, 4), strangers(on, 1), random(seeded())
    {
    }

    boost::asio::io_context& loop;
    house& shared;
    rulebook_ptr rules;           // by which the next question is decided; null before the first adoption
    std::shared_ptr<server> ssh;  // with which the next connection is served
    std::map<guest*, std::shared_ptr<guest>> guests;
    work_share commands, openings;  // of the console; of jumps: they do a fifth of the work
    work_share strangers;           // who have not logged in: they do half of it
    std::function<void()> on_guest_left;  // set while something waits for the last one
    std::mt19937_64 random;               // for ids and choices, not for secrets

private:
    static std::mt19937_64 seeded()
    {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }
};

}  // namespace gatehouse::bastion
