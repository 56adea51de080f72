// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_server.h"

#include <string_view>
#include <utility>

namespace dnsmon {
namespace {

std::string_view port_of(std::string_view address) { return address.substr(address.rfind(':') + 1); }

} // namespace

Result<std::unique_ptr<MetricsServer>> MetricsServer::make(EventLoop& loop, Count count) {
    auto asked = Wakeup::make();
    if (!asked) return std::move(asked).error();
    std::unique_ptr<MetricsServer> server(new MetricsServer(loop, std::move(*asked), std::move(count)));
    MetricsServer* self = server.get();
    const auto on_asked = [self] {
        self->asked_.acknowledge();
        self->desk_.hand_over(self->count_());
    };
    if (auto done = loop.watch(self->asked_.fd(), on_asked); !done) return std::move(done).error();
    return server;
}

MetricsServer::MetricsServer(EventLoop& loop, Wakeup asked, Count count)
    : loop_(loop), asked_(std::move(asked)), count_(std::move(count)), desk_([this] { asked_.signal(); }) {}

MetricsServer::~MetricsServer() {
    close();
    loop_.forget(asked_.fd());
}

Result<void> MetricsServer::open(const std::string& address) {
    auto endpoint = MetricsEndpoint::listen(address, [this] { return desk_.ask(); });
    if (!endpoint) return std::move(endpoint).error();
    close(); // only now: what is there serves until the new one does
    endpoint_ = std::move(*endpoint);
    desk_.set_open(true);
    address_ = address;
    return {};
}

void MetricsServer::close() {
    desk_.set_open(false); // the endpoint's end waits for its threads, which must not wait for this one
    endpoint_.reset();
    address_.clear();
}

Result<void> MetricsServer::serve_at(const std::string& address) {
    if (address == address_) return {};
    if (address.empty()) {
        close();
        return {};
    }
    auto opened = open(address);
    if (opened || endpoint_ == nullptr || port_of(address) != port_of(address_)) return opened;
    // The port may be taken by what is there now.
    const std::string old = address_;
    close();
    opened = open(address);
    if (opened) return opened;
    if (auto restored = open(old); !restored) opened = std::move(restored).error();
    return opened;
}

} // namespace dnsmon
