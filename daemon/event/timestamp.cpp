// SPDX-License-Identifier: Apache-2.0
#include "event/timestamp.h"

namespace dnsmon {

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kDaySeconds = 86'400;

struct Split {
    std::int64_t quotient;
    std::int64_t remainder; ///< never negative: times before the epoch round down
};
Split floor_divide(std::int64_t value, std::int64_t divisor) {
    Split split{value / divisor, value % divisor};
    if (split.remainder < 0) {
        split.remainder += divisor;
        --split.quotient;
    }
    return split;
}

void put_digits(char* to, std::int64_t value, int digits) {
    for (int i = digits - 1; i >= 0; --i) {
        to[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

struct Date {
    std::int64_t year;
    std::int64_t month;
    std::int64_t day;
};

/// Days since 1970-01-01 to the proleptic Gregorian calendar, by 400-year eras that begin on 1 March
/// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
Date civil_from_days(std::int64_t days) {
    const auto [era, day_of_era] = floor_divide(days + 719'468, 146'097);
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
    const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

} // namespace

void Timestamp::append_second(TextBuffer& line, std::int64_t second) {
    if (second != second_) {
        const auto [days, second_of_day] = floor_divide(second, kDaySeconds);
        const Date date = civil_from_days(days);
        char* to = text_.data();
        std::memcpy(to, "YYYY-MM-DDTHH:MM:SS.", kSecondBytes);
        put_digits(to, date.year, 4); // int64 nanoseconds end in 2262
        put_digits(to + 5, date.month, 2);
        put_digits(to + 8, date.day, 2);
        put_digits(to + 11, second_of_day / 3600, 2);
        put_digits(to + 14, second_of_day / 60 % 60, 2);
        put_digits(to + 17, second_of_day % 60, 2);
        second_ = second;
    }
    line.text({text_.data(), text_.size()});
}

void Timestamp::append(TextBuffer& line, std::int64_t time_ns) {
    const auto [second, nanosecond] = floor_divide(time_ns, kSecondNs);
    append_second(line, second);
    char* to = line.room(10);
    put_digits(to, nanosecond, 9);
    to[9] = 'Z';
    line.commit(10);
}

void Timestamp::append_milliseconds(TextBuffer& line, std::int64_t time_ns) {
    const auto [second, nanosecond] = floor_divide(time_ns, kSecondNs);
    append_second(line, second);
    char* to = line.room(4);
    put_digits(to, nanosecond / 1'000'000, 3);
    to[3] = 'Z';
    line.commit(4);
}

} // namespace dnsmon
