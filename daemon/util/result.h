// SPDX-License-Identifier: Apache-2.0
// Errors as values: Result<T> is a T or an Error, in the shape of std::expected (C++23).
// Library code never throws and never logs: it returns an Error that says what was being done and why it
// failed ("attaching kprobe udp_sendmsg: No such file or directory"); the caller decides who reads it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace dnsmon {

/// What failed, as a person reads it. `code` is an errno value, or 0 where no system call was involved.
struct Error {
    std::string message;
    int code = 0;

    /// The same error with what the caller was doing in front: "CONTEXT: message".
    [[nodiscard]] Error within(std::string_view context) && {
        message.insert(0, std::string(context) + ": ");
        return std::move(*this);
    }
};

/// "CONTEXT: strerror(code)" with the code kept. Pass errno at once: anything else may change it.
[[nodiscard]] Error system_error(std::string_view context, int code);

template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    Error& error() & { return std::get<1>(state_); }
    const Error& error() const& { return std::get<1>(state_); }
    Error&& error() && { return std::get<1>(std::move(state_)); }

  private:
    std::variant<T, Error> state_;
};

/// Success without a value: `return {};`.
template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(std::move(error)), failed_(true) {}

    [[nodiscard]] bool has_value() const { return !failed_; }
    explicit operator bool() const { return has_value(); }

    Error& error() & { return error_; }
    const Error& error() const& { return error_; }
    Error&& error() && { return std::move(error_); }

  private:
    Error error_;
    bool failed_ = false;
};

} // namespace dnsmon
