#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatehouse::bastion {

// An open SSH channel, as who serves it sees it. Nothing blocks. Destroying it closes the channel; what is unread is
// dropped. Belongs to the worker of its session.
class channel {
public:
    // Told after the session has read or written: there may be data, room, or an end. Never from inside libssh.
    class user {
    public:
        virtual void on_channel_event() = 0;
        virtual void on_channel_gone() = 0;  // the session ended: every call below does nothing now
    protected:
        ~user() = default;
    };

    virtual ~channel() = default;

    virtual void watch(user* who) = 0;  // who must outlive the channel or watch(nullptr)

    // All that has arrived and was not read yet, at most the window. Valid until the next call on any channel of the
    // worker. Reading opens the window again: who cannot pass it on does not read.
    virtual std::string_view read() = 0;
    virtual bool at_end() const = 0;           // the peer sends no more, and everything was read
    virtual bool closed_by_peer() const = 0;   // takes nothing any more; may still have something to read

    virtual std::size_t room() = 0;                       // what write() may take now; after 0, an event follows
    virtual std::size_t write(std::string_view what) = 0;  // how much of it was taken; after less, an event follows
    virtual void send_end() = 0;                           // no more writes
    virtual void send_exit_status(int status) = 0;         // of a session channel's command

    virtual std::uint64_t bytes_in() const = 0;
    virtual std::uint64_t bytes_out() const = 0;
};

}  // namespace gatehouse::bastion
