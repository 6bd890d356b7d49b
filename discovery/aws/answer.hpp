#pragma once

#include "discovery/aws/error.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace gatehouse::discovery::aws {

// What a reader makes of the body of a 200 answer. Its error is always an invalid_answer but for credentials,
// where a 200 may tell of a refusal.
template <class T> using result = boost::system::result<T, api_error>;

// A part of a list that AWS gives out in pages.
template <class T> struct page {
    std::vector<T> items;
    std::string next_token;  // asks for the next page; empty: this is the last one
};

constexpr std::size_t longest_answer = 32 * 1024 * 1024;  // bytes; a longer body is not read

}  // namespace gatehouse::discovery::aws
