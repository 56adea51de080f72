// SPDX-License-Identifier: Apache-2.0
// The endpoint over a real connection on loopback.
#include "catch.h"
#include "metrics/endpoint.h"
#include "util/fd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

using namespace dnsmon;

namespace {

struct Bound {
    Fd socket;
    std::uint16_t port = 0;
};

/// A port of loopback that is free, or, as long as `socket` lives, taken.
Bound take_port() {
    Bound bound;
    bound.socket = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(bound.socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(bound.socket.get(), 1) == 0);
    socklen_t bytes = sizeof address;
    REQUIRE(::getsockname(bound.socket.get(), reinterpret_cast<sockaddr*>(&address), &bytes) == 0);
    bound.port = ntohs(address.sin_port);
    return bound;
}

std::string at(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

std::string get(std::uint16_t port, const std::string& path) {
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
    REQUIRE(::send(socket.get(), request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
    std::string answer;
    std::array<char, 4096> block{};
    for (ssize_t n = 0; (n = ::recv(socket.get(), block.data(), block.size(), 0)) > 0;)
        answer.append(block.data(), static_cast<std::size_t>(n));
    return answer;
}

std::shared_ptr<const MetricFamilies> sample_families() {
    MetricSample counter;
    counter.labels = {{"sink", "a\"b\\c\nd"}};
    counter.value = 12345678901;
    MetricSample histogram;
    histogram.buckets = {{0.5, 2}, {1, 5}};
    histogram.count = 7;
    histogram.sum = 9.25;
    return std::make_shared<const MetricFamilies>(MetricFamilies{
        {"test_events_total", "what it counts", MetricKind::kCounter, {counter}},
        {"test_latency_seconds", "how long", MetricKind::kHistogram, {histogram}},
    });
}

} // namespace

TEST_CASE("families are served in the exposition format, values and labels as they are") {
    const auto port = take_port().port;
    auto endpoint = MetricsEndpoint::listen(at(port), sample_families);
    REQUIRE(endpoint);
    const auto answer = get(port, "/metrics");
    for (const auto* part :
         {"200 OK", "# HELP test_events_total what it counts\n# TYPE test_events_total counter\n",
          "test_events_total{sink=\"a\\\"b\\\\c\\nd\"} 12345678901\n", "# TYPE test_latency_seconds histogram\n",
          "test_latency_seconds_bucket{le=\"0.5\"} 2\n", "test_latency_seconds_bucket{le=\"1\"} 5\n",
          "test_latency_seconds_bucket{le=\"+Inf\"} 7\n", "test_latency_seconds_sum 9.25\n"}) {
        INFO(part << " in " << answer);
        CHECK(answer.find(part) != std::string::npos);
    }
    CHECK(get(port, "/").find("test_events_total") == std::string::npos);
}

TEST_CASE("nothing to tell is an answer without families") {
    const auto port = take_port().port;
    auto endpoint = MetricsEndpoint::listen(at(port), [] { return std::shared_ptr<const MetricFamilies>(); });
    REQUIRE(endpoint);
    const auto answer = get(port, "/metrics");
    CHECK(answer.find("200 OK") != std::string::npos);
    CHECK(answer.find("test_") == std::string::npos);
}

TEST_CASE("an address that cannot be taken is an error in the system's words") {
    const auto taken = take_port();
    const auto in_use = MetricsEndpoint::listen(at(taken.port), sample_families);
    REQUIRE_FALSE(in_use);
    CHECK(in_use.error().message == "metrics.listen: " + at(taken.port) + ": Address already in use");
    CHECK(in_use.error().code == EADDRINUSE);
    const auto elsewhere = MetricsEndpoint::listen("192.0.2.1:9153", sample_families);
    REQUIRE_FALSE(elsewhere);
    CHECK(elsewhere.error().code == EADDRNOTAVAIL);
}

TEST_CASE("the port is free again afterwards") {
    const auto port = take_port().port;
    for (int i = 0; i < 3; ++i) CHECK(MetricsEndpoint::listen(at(port), sample_families));
}
