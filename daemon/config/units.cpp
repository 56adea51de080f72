// SPDX-License-Identifier: Apache-2.0
#include "config/units.h"

#include "config/quote.h"

#include <array>
#include <charconv>
#include <limits>

namespace dnsmon {
namespace {

struct Unit {
    std::string_view suffix;
    std::uint64_t factor;
};
// Largest first, for the formatters.
constexpr std::array<Unit, 5> kSizeUnits{
    {{"TiB", 1ULL << 40}, {"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}, {"", 1}}};
constexpr std::array<Unit, 5> kDurationUnits{{{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}}};

/// Number and suffix. The Error is kTooLarge where only `limit` is in the way; else no digits stand in front, or the
/// suffix is unknown.
template <std::size_t N>
Result<std::uint64_t> parse_quantity(std::string_view text, const std::array<Unit, N>& units,
                                            std::uint64_t limit) {
    std::uint64_t number = 0;
    const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure == std::errc::invalid_argument) return Error{};
    const std::string_view suffix(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
    for (const auto& unit : units) {
        if (suffix != unit.suffix) continue;
        if (failure != std::errc{} || number > limit / unit.factor)
            return Error{dnsmon::quoted(text) + " is too large", kTooLarge};
        return number * unit.factor;
    }
    return Error{};
}

/// `value`, with its Error in words where it has none.
Result<std::uint64_t> or_not(std::string_view text, Result<std::uint64_t> value, std::string_view what) {
    if (value || value.error().code == kTooLarge) return value;
    return Error{dnsmon::quoted(text).append(" is not ").append(what)};
}

template <std::size_t N>
std::string format_quantity(std::uint64_t value, const std::array<Unit, N>& units) {
    for (const auto& unit : units) {
        if (value >= unit.factor && value % unit.factor == 0) {
            return std::to_string(value / unit.factor).append(unit.suffix);
        }
    }
    return std::to_string(value).append(units.back().suffix); // zero
}

} // namespace

Result<std::uint64_t> parse_integer(std::string_view text) {
    constexpr std::array<Unit, 1> kPlain{{{"", 1}}};
    return or_not(text, parse_quantity(text, kPlain, std::numeric_limits<std::uint64_t>::max()), "a whole number");
}

Result<std::uint64_t> parse_size(std::string_view text) {
    return or_not(text, parse_quantity(text, kSizeUnits, std::numeric_limits<std::uint64_t>::max()),
                  "a size: write bytes, or KiB, MiB, GiB, TiB, as in 16MiB");
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    auto value = or_not(text, parse_quantity(text, kDurationUnits, std::numeric_limits<std::int64_t>::max()),
                        "a duration: write a number and ms, s, m, h or d, as in 5s");
    if (!value) return std::move(value).error();
    return std::chrono::milliseconds(static_cast<std::int64_t>(*value));
}

Result<std::uint32_t> parse_mode(std::string_view text) {
    std::uint32_t mode = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data(), end, mode, 8);
    if (failure != std::errc{} || rest != end || text.size() < 3 || text.size() > 4 || mode > 0777) {
        return Error{dnsmon::quoted(text) + " is not a file mode: write three octal digits, as in \"0640\""};
    }
    return mode;
}

std::string format_size(std::uint64_t bytes) {
    return format_quantity(bytes, kSizeUnits);
}

std::string format_duration(std::chrono::milliseconds duration) {
    return format_quantity(static_cast<std::uint64_t>(duration.count()), kDurationUnits);
}

} // namespace dnsmon
