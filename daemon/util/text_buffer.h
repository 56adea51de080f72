// SPDX-License-Identifier: Apache-2.0
// A growing buffer for the text of events, reused: appends are a bounds check and a copy, without std::string's
// terminator and calls. One thread; never shrinks; moved from, it is empty.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace dnsmon {

class TextBuffer {
  public:
    TextBuffer() = default;
    TextBuffer(TextBuffer&& other) noexcept { *this = std::move(other); }
    TextBuffer& operator=(TextBuffer&& other) noexcept {
        begin_ = std::move(other.begin_);
        capacity_ = std::exchange(other.capacity_, 0);
        size_ = std::exchange(other.size_, 0);
        return *this;
    }

    void clear() { size_ = 0; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }
    [[nodiscard]] std::string_view view() const { return {begin_.get(), size_}; }
    [[nodiscard]] std::string_view view(std::size_t offset, std::size_t bytes) const {
        return view().substr(offset, bytes);
    }

    /// At least `bytes` writable bytes behind the text; commit() says how many were used.
    [[nodiscard]] char* room(std::size_t bytes) {
        if (capacity_ - size_ < bytes) grow(bytes);
        return begin_.get() + size_;
    }
    void commit(std::size_t bytes) { size_ += bytes; }
    void cut(std::size_t size) { size_ = size; }
    /// Writes over what stands at `offset`.
    void patch(std::size_t offset, const void* bytes, std::size_t count) {
        std::memcpy(begin_.get() + offset, bytes, count);
    }

    template <std::size_t N>
    void literal(const char (&text)[N]) {
        std::memcpy(room(N - 1), text, N - 1);
        size_ += N - 1;
    }
    void text(std::string_view text) {
        if (text.empty()) return;
        std::memcpy(room(text.size()), text.data(), text.size());
        size_ += text.size();
    }
    void put(char c) {
        *room(1) = c;
        ++size_;
    }
    void number(std::integral auto value) {
        char* to = room(kMaxDigits);
        size_ += static_cast<std::size_t>(std::to_chars(to, to + kMaxDigits, value).ptr - to);
    }
    /// Repeats what already stands at `offset`.
    void repeat(std::size_t offset, std::size_t bytes) {
        char* to = room(bytes); // may move the buffer: read the source after it
        std::memcpy(to, begin_.get() + offset, bytes);
        size_ += bytes;
    }

  private:
    static constexpr std::size_t kFirstBytes = 4096;
    static constexpr std::size_t kMaxDigits = 20; // of a 64-bit integer, sign included

    void grow(std::size_t bytes) {
        const std::size_t capacity = std::max(kFirstBytes, 2 * (size_ + bytes));
        auto bigger = std::make_unique_for_overwrite<char[]>(capacity);
        if (size_ > 0) std::memcpy(bigger.get(), begin_.get(), size_);
        begin_ = std::move(bigger);
        capacity_ = capacity;
    }

    std::unique_ptr<char[]> begin_;
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
};

} // namespace dnsmon
