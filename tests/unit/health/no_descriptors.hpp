#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace gatehouse::lb::stage {

// While it lives, this process can open no descriptor.
class no_descriptors {
public:
    no_descriptors()
    {
        const int next = ::dup(0);
        ::close(next);
        ::getrlimit(RLIMIT_NOFILE, &before_);
        auto none = before_;
        none.rlim_cur = static_cast<rlim_t>(next);
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    no_descriptors(const no_descriptors&) = delete;
    no_descriptors& operator=(const no_descriptors&) = delete;

private:
    rlimit before_{};
};

}  // namespace gatehouse::lb::stage
