// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "wire.h"

using namespace dnsmon::dns::test;

namespace {

constexpr std::uint32_t kZero = 0x80000000U;
constexpr std::uint32_t kDegree = 3600000;

std::string location(unsigned size, unsigned horizontal, unsigned vertical, std::uint32_t latitude,
                     std::uint32_t longitude, std::uint32_t altitude, unsigned version = 0) {
    return rdata_text(
        29,
        Wire().u8(version).u8(size).u8(horizontal).u8(vertical).u32(latitude).u32(longitude).u32(altitude).octets());
}

std::string at(std::uint32_t latitude, std::uint32_t longitude, std::uint32_t altitude = 10000000) {
    return location(0x12, 0x16, 0x13, latitude, longitude, altitude);
}

bool refused(const std::string& text) {
    return text.substr(0, 3) == "\\# ";
}

} // namespace

TEST_CASE("RFC 1876 4's examples") {
    CHECK(location(0x33, 0x16, 0x13, kZero + 42 * kDegree + 21 * 60000 + 54000,
                   kZero - 71 * kDegree - 6 * 60000 - 18000,
                   10000000 - 2400) == "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m");
    CHECK(at(kZero + 42 * kDegree + 21 * 60000 + 43952, kZero - 71 * kDegree - 5 * 60000 - 6344, 10000000 - 2400) ==
          "42 21 43.952 N 71 5 6.344 W -24.00m");
}

TEST_CASE("edges of the globe") {
    CHECK(at(kZero, kZero) == "0 0 0.000 N 0 0 0.000 E 0.00m");
    CHECK(at(kZero - 1, kZero - 1) == "0 0 0.001 S 0 0 0.001 W 0.00m");
    CHECK(at(kZero + 90 * kDegree, kZero + 180 * kDegree) == "90 0 0.000 N 180 0 0.000 E 0.00m");
    CHECK(at(kZero - 90 * kDegree, kZero - 180 * kDegree) == "90 0 0.000 S 180 0 0.000 W 0.00m");
    CHECK(at(kZero + kDegree - 1, kZero) == "0 59 59.999 N 0 0 0.000 E 0.00m");
    CHECK(refused(at(kZero + 90 * kDegree + 1, kZero)));
    CHECK(refused(at(kZero, kZero - 180 * kDegree - 1)));
    CHECK(refused(at(0, 0)));
}

TEST_CASE("altitude from 100 km below to 42 849 km above") {
    CHECK(at(kZero, kZero, 0) == "0 0 0.000 N 0 0 0.000 E -100000.00m");
    CHECK(at(kZero, kZero, 9999999) == "0 0 0.000 N 0 0 0.000 E -0.01m");
    CHECK(at(kZero, kZero, 4294967295U) == "0 0 0.000 N 0 0 0.000 E 42849672.95m");
}

TEST_CASE("size and precisions are a digit and a power of ten") {
    CHECK(location(0x00, 0x99, 0x11, kZero, kZero, 10000000) ==
          "0 0 0.000 N 0 0 0.000 E 0.00m 0.00m 90000000.00m 0.10m");
    CHECK(refused(location(0xa0, 0x16, 0x13, kZero, kZero, 0)));
    CHECK(refused(location(0x12, 0x1a, 0x13, kZero, kZero, 0)));
}

TEST_CASE("another version, too few and too many octets") {
    CHECK(refused(location(0x12, 0x16, 0x13, kZero, kZero, 0, 1)));
    CHECK(refused(rdata_text(29, Octets(15, 0))));
    CHECK(refused(rdata_text(29, hex("00 12 16 13 80000000 80000000 00989680 00"))));
}
