#pragma once

#include "bastion/ssh/channel.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::test {

// A channel whose peer is the test.
struct fake_peer {
    std::string sent, received;  // by the client, to the client
    std::size_t window = 1 << 20;
    bool ended = false, closed = false, got_end = false, gone = false;
    std::optional<int> exit_status;
    std::size_t reads = 0;
    bastion::channel::user* user = nullptr;

    void tell() const
    {
        if (user) user->on_channel_event();
    }
};

class fake_channel final : public bastion::channel {
public:
    explicit fake_channel(fake_peer& peer) : peer_(peer) {}
    ~fake_channel() override { peer_.gone = true; }

    void watch(user* who) override { peer_.user = who; }
    std::string_view read() override
    {
        if (!peer_.sent.empty()) ++peer_.reads;
        out_ = std::exchange(peer_.sent, {});
        return out_;
    }
    bool at_end() const override { return (peer_.ended || peer_.closed) && peer_.sent.empty(); }
    bool closed_by_peer() const override { return peer_.closed; }
    std::size_t room() override { return peer_.closed ? 0 : peer_.window; }
    std::size_t write(std::string_view what) override
    {
        const auto taken = std::min(what.size(), peer_.window);
        peer_.window -= taken;
        peer_.received += what.substr(0, taken);
        return taken;
    }
    void send_end() override { peer_.got_end = true; }
    void send_exit_status(int status) override { peer_.exit_status = status; }
    std::uint64_t bytes_in() const override { return 0; }
    std::uint64_t bytes_out() const override { return 0; }

private:
    fake_peer& peer_;
    std::string out_;
};

}  // namespace gatehouse::test
