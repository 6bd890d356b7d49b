#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace gatehouse::discovery {

// A list whose copies are one list until one of them is changed: what ten thousand servers are is told from room to room
// without being copied, and that nobody changed is found by one comparison.
template <class T> class shared_list {
public:
    using value_type = T;
    using const_iterator = typename std::vector<T>::const_iterator;
    using iterator = const_iterator;
    using size_type = std::size_t;

    shared_list() = default;
    shared_list(std::vector<T> all) : all_(all.empty() ? nullptr : std::make_shared<std::vector<T>>(std::move(all))) {}
    shared_list(std::initializer_list<T> all) : shared_list(std::vector<T>(all)) {}

    operator const std::vector<T>&() const noexcept { return all(); }
    const_iterator begin() const noexcept { return all().begin(); }
    const_iterator end() const noexcept { return all().end(); }
    std::size_t size() const noexcept { return all().size(); }
    bool empty() const noexcept { return all().empty(); }
    const T* data() const noexcept { return all().data(); }
    const T& operator[](std::size_t at) const { return all()[at]; }
    const T& front() const { return all().front(); }
    const T& back() const { return all().back(); }

    T& back() { return own().back(); }
    void push_back(T one) { own().push_back(std::move(one)); }

    friend bool operator==(const shared_list& one, const shared_list& other)
    {
        return one.all_ == other.all_ || one.all() == other.all();
    }

private:
    const std::vector<T>& all() const noexcept
    {
        static const std::vector<T> nothing;
        return all_ ? *all_ : nothing;
    }
    std::vector<T>& own()
    {
        if (!all_ || all_.use_count() > 1) all_ = std::make_shared<std::vector<T>>(all());
        return *all_;
    }

    std::shared_ptr<std::vector<T>> all_;  // null: empty
};

}  // namespace gatehouse::discovery
