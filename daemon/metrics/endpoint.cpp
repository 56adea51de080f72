// SPDX-License-Identifier: Apache-2.0
#include "metrics/endpoint.h"

#include "util/fd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <exception>

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

namespace dnsmon {
namespace {

prometheus::MetricType type_of(MetricKind kind) {
    switch (kind) {
    case MetricKind::kCounter: return prometheus::MetricType::Counter;
    case MetricKind::kGauge: return prometheus::MetricType::Gauge;
    case MetricKind::kHistogram: return prometheus::MetricType::Histogram;
    }
    return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric to_metric(const MetricSample& sample) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
    metric.counter.value = sample.value; // the family's type says which of them is written
    metric.gauge.value = sample.value;
    metric.histogram.sample_count = sample.count;
    metric.histogram.sample_sum = sample.sum;
    for (const auto& bucket : sample.buckets)
        metric.histogram.bucket.push_back({bucket.cumulative_count, bucket.upper_bound});
    return metric;
}

class Collector : public prometheus::Collectable {
  public:
    explicit Collector(MetricsEndpoint::Collect collect) : collect_(std::move(collect)) {}

    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
        std::vector<prometheus::MetricFamily> families;
        const auto told = collect_();
        if (told == nullptr) return families;
        for (const MetricFamily& family : *told) {
            prometheus::MetricFamily out{family.name, family.help, type_of(family.kind), {}};
            for (const MetricSample& sample : family.samples) out.metric.push_back(to_metric(sample));
            families.push_back(std::move(out));
        }
        return families;
    }

  private:
    MetricsEndpoint::Collect collect_;
};

/// Tried before the library does, which says only that something about the port is wrong.
Result<void> try_bind(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1)));
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &v4.sin_addr);
    const auto failed = [&] {
        const int error = errno;
        auto problem = system_error("metrics.listen: " + address, error);
        if (error == EAFNOSUPPORT) problem.message += "; the unit allows no network sockets, see examples/metrics.conf";
        return problem;
    };
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) return failed();
    const int on = 1;
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&v4), sizeof v4) != 0) return failed();
    if (::listen(socket.get(), 1) != 0) return failed();
    return {};
}

} // namespace

struct MetricsEndpoint::Server {
    Server(std::vector<std::string> options, Collect collect)
        : collector(std::make_shared<Collector>(std::move(collect))), exposer(std::move(options)) {
        exposer.RegisterCollectable(collector);
    }
    std::shared_ptr<Collector> collector;
    prometheus::Exposer exposer;
};

MetricsEndpoint::MetricsEndpoint(std::unique_ptr<Server> server) : server_(std::move(server)) {}
MetricsEndpoint::~MetricsEndpoint() = default;

Result<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::listen(const std::string& address, Collect collect) {
    if (auto possible = try_bind(address); !possible) return std::move(possible).error();
    // Whoever connects and says nothing holds one of two threads, and not for long.
    const std::vector<std::string> options{"listening_ports",    address, "num_threads",       "2",
                                           "request_timeout_ms", "3000",  "enable_keep_alive", "no"};
    try {
        return std::unique_ptr<MetricsEndpoint>(
            new MetricsEndpoint(std::make_unique<Server>(options, std::move(collect))));
    } catch (const std::exception& failure) {
        return Error{"metrics.listen: " + address + ": " + failure.what()};
    }
}

} // namespace dnsmon
