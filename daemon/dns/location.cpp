// SPDX-License-Identifier: Apache-2.0
#include "dns/ascii.h"
#include "dns/rdata_format.h"

namespace dnsmon::dns {

namespace {

constexpr std::uint32_t kEquator = 0x80000000U; ///< RFC 1876 2: also the prime meridian, thousandths of a second
constexpr std::uint32_t kDegree = 3600000;
constexpr std::int64_t kAltitudeBase = 10000000; ///< centimetres below the WGS 84 spheroid

/// "degrees minutes seconds.thousandths H"
void append_angle(std::string& out, std::uint32_t angle, const char* hemispheres) {
    const bool positive = angle >= kEquator;
    const std::uint32_t from_zero = positive ? angle - kEquator : kEquator - angle;
    append_decimal(out, from_zero / kDegree);
    out.push_back(' ');
    append_decimal(out, from_zero / 60000 % 60);
    out.push_back(' ');
    append_decimal(out, from_zero / 1000 % 60);
    out.push_back('.');
    append_padded(out, from_zero % 1000, 3);
    out.push_back(' ');
    out.push_back(hemispheres[positive ? 0 : 1]);
    out.push_back(' ');
}

void append_metres(std::string& out, std::uint64_t centimetres) {
    append_decimal(out, centimetres / 100);
    out.push_back('.');
    append_padded(out, centimetres % 100, 2);
    out.push_back('m');
}

bool angle_fits(std::uint32_t angle, std::uint32_t degrees) {
    const std::uint32_t from_zero = angle >= kEquator ? angle - kEquator : kEquator - angle;
    return from_zero <= degrees * kDegree;
}

/// RFC 1876 2: a digit and a power of ten, four bits each, each 0 to 9.
bool precision_fits(std::uint8_t precision) {
    return (precision >> 4) <= 9 && (precision & 0x0f) <= 9;
}

void append_precision(std::string& out, std::uint8_t precision) {
    std::uint64_t centimetres = precision >> 4;
    for (unsigned power = precision & 0x0f; power > 0; --power) centimetres *= 10;
    out.push_back(' ');
    append_metres(out, centimetres);
}

} // namespace

void append_location(std::string& out, Reader& in) {
    const std::uint8_t version = in.u8();
    const std::uint8_t precisions[] = {in.u8(), in.u8(), in.u8()}; // size, horizontal, vertical
    const std::uint32_t latitude = in.u32();
    const std::uint32_t longitude = in.u32();
    const std::int64_t altitude = static_cast<std::int64_t>(in.u32()) - kAltitudeBase;
    if (version != 0 || !angle_fits(latitude, 90) || !angle_fits(longitude, 180)) return in.fail();
    for (const std::uint8_t precision : precisions)
        if (!precision_fits(precision)) return in.fail();

    append_angle(out, latitude, "NS");
    append_angle(out, longitude, "EW");
    if (altitude < 0) out.push_back('-');
    append_metres(out, static_cast<std::uint64_t>(altitude < 0 ? -altitude : altitude));
    // RFC 1876 3: 1 m, 10 000 m and 10 m are what is meant when nothing is written.
    if (precisions[0] == 0x12 && precisions[1] == 0x16 && precisions[2] == 0x13) return;
    for (const std::uint8_t precision : precisions) append_precision(out, precision);
}

} // namespace dnsmon::dns
