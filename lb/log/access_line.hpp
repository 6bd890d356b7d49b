#pragma once

#include "lb/log/access_record.hpp"

#include <cstddef>

namespace gatehouse::lb {

// One record as one line with its newline, written at `out`; returns the end. Pure and without allocation.
// REQUIRES: line_bound(record) bytes at `out`.

// ALB's own format: 33 fields in AWS's order, single spaces between; `-` for absent, -1 for a time that was
// not measured. The listener stands in for the name of the load balancer, the group's name for its ARN.
char* put_alb_line(char* out, const access_record& record) noexcept;

// One JSON object with the names Athena's table for ALB logs gives the fields, `elb` being `listener`, and of
// our own target_group, target_id, rule, traceparent and attempts. Times are seconds with six decimals,
// ports, statuses and counts numbers. A field that is absent has no key.
char* put_json_line(char* out, const access_record& record) noexcept;

// Bytes that no line of this record exceeds, whatever its fields hold.
std::size_t line_bound(const access_record& record) noexcept;

}  // namespace gatehouse::lb
