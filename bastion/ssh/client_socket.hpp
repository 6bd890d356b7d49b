#pragma once

namespace gatehouse::bastion {

// Makes a client's connection non-blocking and without delay, and lets the kernel ask a silent client whether it
// still lives: a dead one is noticed within two minutes, and a balancer in front sees life within its shortest idle
// timeout.
void prepare_client_socket(int descriptor) noexcept;

}  // namespace gatehouse::bastion
