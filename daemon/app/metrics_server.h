// SPDX-License-Identifier: Apache-2.0
// metrics.listen while the daemon runs: the endpoint, where it is now, and the loop's side of a scrape. Loop thread.
#pragma once

#include "loop/event_loop.h"
#include "loop/wakeup.h"
#include "metrics/endpoint.h"
#include "metrics/scrape_desk.h"
#include "util/result.h"

#include <functional>
#include <memory>
#include <string>

namespace dnsmon {

class MetricsServer {
  public:
    using Count = std::function<MetricFamilies()>;

    /// `count` is called on the loop for each scrape.
    [[nodiscard]] static Result<std::unique_ptr<MetricsServer>> make(EventLoop& loop, Count count);
    ~MetricsServer();
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;

    /// There from now on; empty: nowhere. An Error: everything is as it was.
    Result<void> serve_at(const std::string& address);

  private:
    MetricsServer(EventLoop& loop, Wakeup asked, Count count);
    Result<void> open(const std::string& address);
    void close();

    EventLoop& loop_;
    Wakeup asked_;
    Count count_;
    ScrapeDesk desk_;
    std::string address_;
    std::unique_ptr<MetricsEndpoint> endpoint_;
};

} // namespace dnsmon
