// SPDX-License-Identifier: Apache-2.0
// A queue between two threads that cannot grow without bound: each element has a weight, and what would exceed the
// capacity is refused (try_push) or waited for (push). One element always fits, however heavy. Any thread may call.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace dnsmon {

template <typename T>
class BoundedQueue {
  public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    /// False, with `value` untouched: no room, or closed.
    [[nodiscard]] bool try_push(T& value, std::size_t weight) {
        {
            const std::lock_guard lock(mutex_);
            if (closed_ || !fits(weight)) return false;
            enqueue(value, weight);
        }
        not_empty_.notify_one();
        return true;
    }

    /// Waits for room. False, with `value` untouched: closed.
    [[nodiscard]] bool push(T& value, std::size_t weight) {
        {
            std::unique_lock lock(mutex_);
            not_full_.wait(lock, [&] { return closed_ || fits(weight); });
            if (closed_) return false;
            enqueue(value, weight);
        }
        not_empty_.notify_one();
        return true;
    }

    /// Waits for an element; nullopt: closed and empty.
    [[nodiscard]] std::optional<T> pop() {
        std::unique_lock lock(mutex_);
        not_empty_.wait(lock, [&] { return closed_ || !elements_.empty(); });
        return dequeue(lock);
    }

    [[nodiscard]] std::optional<T> try_pop() {
        std::unique_lock lock(mutex_);
        return dequeue(lock);
    }

    /// Nothing more goes in; what is inside still comes out.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        not_empty_.notify_all();
        not_full_.notify_all();
    }

    [[nodiscard]] std::size_t weight() const {
        const std::lock_guard lock(mutex_);
        return weight_;
    }

  private:
    struct Element {
        T value;
        std::size_t weight;
    };

    [[nodiscard]] bool fits(std::size_t weight) const { return elements_.empty() || weight_ + weight <= capacity_; }

    void enqueue(T& value, std::size_t weight) {
        elements_.push_back({std::move(value), weight});
        weight_ += weight;
    }

    std::optional<T> dequeue(std::unique_lock<std::mutex>& lock) {
        if (elements_.empty()) return std::nullopt;
        Element element = std::move(elements_.front());
        elements_.pop_front();
        weight_ -= element.weight;
        lock.unlock();
        not_full_.notify_one();
        return std::move(element.value);
    }

    mutable std::mutex mutex_;
    std::condition_variable not_empty_;
    std::condition_variable not_full_;
    std::deque<Element> elements_;
    std::size_t weight_ = 0;
    const std::size_t capacity_;
    bool closed_ = false;
};

} // namespace dnsmon
