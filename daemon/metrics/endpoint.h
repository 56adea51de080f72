// SPDX-License-Identifier: Apache-2.0
// metrics.listen: GET /metrics for Prometheus. The only room that sees prometheus-cpp, whose threads serve; what they tell
// comes from `collect`. Made and destroyed on the loop thread.
#pragma once

#include "metrics/metric_family.h"
#include "util/result.h"

#include <functional>
#include <memory>
#include <string>

namespace dnsmon {

class MetricsEndpoint {
  public:
    /// Called on the library's threads, one at a time or several at once; null: nothing to tell.
    using Collect = std::function<std::shared_ptr<const MetricFamilies>()>;

    /// `address`: "127.0.0.1:9153". IPv4 only, as the library's server is built in Debian.
    [[nodiscard]] static Result<std::unique_ptr<MetricsEndpoint>> listen(const std::string& address, Collect collect);
    ~MetricsEndpoint(); ///< waits for answers that are being given
    MetricsEndpoint(const MetricsEndpoint&) = delete;
    MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

  private:
    struct Server;
    explicit MetricsEndpoint(std::unique_ptr<Server> server);
    std::unique_ptr<Server> server_;
};

} // namespace dnsmon
