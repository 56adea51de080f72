// SPDX-License-Identifier: Apache-2.0
#include "app/statistics.h"

#include <nlohmann/json.hpp>

#include <numeric>

namespace dnsmon {
namespace {

std::uint64_t sum(const DroppedByReason& dropped) {
    return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
}

nlohmann::json reasons(const DroppedByReason& dropped) {
    nlohmann::json json = nlohmann::json::object();
    for (std::size_t i = 0; i < dropped.size(); ++i)
        if (dropped[i] != 0) json[to_string(static_cast<DropReason>(i))] = dropped[i];
    return json;
}

} // namespace

std::uint64_t Statistics::in_flight() const {
    const std::uint64_t handed_over = pipeline->total(Counter::kEventsEncoded) + notices;
    const std::uint64_t done = writer.written + sum(writer.dropped);
    return handed_over > done ? handed_over - done : 0;
}

bool Statistics::balanced() const {
    const auto total = [&](Counter counter) { return pipeline->total(counter); };
    const bool packets = flavour.empty() || kernel.submitted == total(Counter::kPacketsReceived);
    const bool became = total(Counter::kPacketsReceived) ==
                        total(Counter::kPacketsMessage) + total(Counter::kPacketsStream) +
                            total(Counter::kPacketsFragment) + total(Counter::kPacketsControl) +
                            total(Counter::kPacketsDuplicate) + total(Counter::kPacketsNotDns) + total(Counter::kPacketsMalformed);
    const bool messages = total(Counter::kMessagesFound) + total(Counter::kTimeouts) ==
                          total(Counter::kEventsFiltered) + total(Counter::kEventsEncoded);
    const bool events = total(Counter::kEventsEncoded) + notices == writer.written + sum(writer.dropped);
    return packets && became && messages && events;
}

nlohmann::json Statistics::to_json() const {
    nlohmann::json json;
    if (!flavour.empty()) {
        json["hooks"] = flavour;
        json["kernel"] = {{"seen", kernel.seen},
                          {"matched", kernel.matched},
                          {"submitted", kernel.submitted},
                          {"ring_full", kernel.ring_full},
                          {"cut", kernel.cut},
                          {"fragments", kernel.fragments},
                          {"fragments_early", kernel.fragments_early},
                          {"no_owner", kernel.no_owner},
                          {"owner_updates", kernel.owner_updates},
                          {"owner_failed", kernel.owner_failed},
                          {"owner_evictions", kernel.owner_evictions}};
    }
    for (const CounterInfo& info : kCounterTable) json["counters"][info.name] = pipeline->total(info.counter);
    const std::uint64_t messages = pipeline->total(Counter::kMessagesFound) + pipeline->total(Counter::kTimeouts);
    json["events"] = {{"submitted", messages + notices},
                      {"filtered", pipeline->total(Counter::kEventsFiltered)},
                      {"written", writer.written},
                      {"dropped", sum(writer.dropped)},
                      {"in_flight", in_flight()},
                      {"notices", notices},
                      {"balanced", balanced()}};
    if (const auto by_reason = reasons(writer.dropped); !by_reason.empty()) json["events"]["dropped_by"] = by_reason;
    for (const SinkStatus& sink : writer.sinks) {
        json["sinks"][sink.name]["written"] = sink.written;
        json["sinks"][sink.name]["dropped"] = sum(sink.dropped);
        if (const auto by_reason = reasons(sink.dropped); !by_reason.empty())
            json["sinks"][sink.name]["dropped_by"] = by_reason;
    }
    json["queues"] = {{"packets", pipeline->queued_packets()},
                      {"bytes", writer.queued_bytes},
                      {"fragments", pipeline->pending_fragments()}};
    return json;
}

std::string Statistics::summary() const {
    std::string text = flavour.empty() ? std::string() : "hooks " + flavour + ", ";
    text += std::to_string(pipeline->total(Counter::kMessagesFound)) + " messages, " + std::to_string(writer.written) +
           " events written, " + std::to_string(pipeline->total(Counter::kEventsFiltered)) + " filtered, " +
           std::to_string(sum(writer.dropped) + kernel.ring_full) + " lost";
    for (const SinkStatus& sink : writer.sinks) {
        if (sum(sink.dropped) != 0) text += ", " + std::to_string(sum(sink.dropped)) + " did not reach " + sink.name;
        if (sink.failing) text += ", " + sink.name + " takes no events";
    }
    return text;
}

} // namespace dnsmon
