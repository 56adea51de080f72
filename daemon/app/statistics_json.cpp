// SPDX-License-Identifier: Apache-2.0
#include "app/statistics_json.h"

#include "app/server_text.h"
#include "app/statistic_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dnsmon {
namespace {

using Json = nlohmann::json;

Json& at(Json& json, std::string_view dotted_path) {
    const std::size_t dot = dotted_path.find('.');
    return json[std::string(dotted_path.substr(0, dot))][std::string(dotted_path.substr(dot + 1))];
}

Json reasons(const DroppedByReason& dropped) {
    Json json = Json::object();
    for (std::size_t i = 0; i < dropped.size(); ++i)
        if (dropped[i] != 0) json[to_string(static_cast<DropReason>(i))] = dropped[i];
    return json;
}

void put_dropped_by(Json& json, const DroppedByReason& dropped) {
    if (auto by_reason = reasons(dropped); !by_reason.empty()) json["dropped_by"] = std::move(by_reason);
}

Json rates(const Statistics& now, const Statistics& before) {
    using S = const Statistics&;
    return {{"messages", now.per_second_since(before, [](S s) { return s.counter(Counter::kMessagesFound); })},
            {"written", now.per_second_since(before, [](S s) { return s.writer.written; })},
            {"filtered", now.per_second_since(before, [](S s) { return s.counter(Counter::kEventsFiltered); })},
            {"lost", now.per_second_since(before, [](S s) { return s.dropped() + s.kernel.ring_full; })}};
}

/// The answers since `before`; a server that is new or was forgotten meanwhile: since its first.
ServerAnswers since(const ServerAnswers& now, const Statistics& before) {
    const auto same = [&](const ServerAnswers& old) { return old.server == now.server; };
    const auto old = std::find_if(before.servers.begin(), before.servers.end(), same);
    ServerAnswers change = now;
    if (old == before.servers.end() || old->latency.total() > now.latency.total() || old->timeouts > now.timeouts)
        return change;
    change.latency -= old->latency;
    change.timeouts -= old->timeouts;
    return change;
}

Json resolvers(const Statistics& now, const Statistics& before) {
    Json list = Json::array();
    for (const ServerAnswers& server : now.servers) {
        const ServerAnswers change = since(server, before);
        const std::uint64_t answers = change.latency.total();
        if (answers == 0 && change.timeouts == 0) continue;
        Json row{{"server", server_text(server)}, {"answers", answers}, {"timeouts", change.timeouts}};
        if (answers != 0) {
            row["p50_ns"] = change.latency.quantile_ns(0.5);
            row["p90_ns"] = change.latency.quantile_ns(0.9);
            row["p99_ns"] = change.latency.quantile_ns(0.99);
        }
        list.push_back(std::move(row));
    }
    return list;
}

} // namespace

Json to_json(const Statistics& now, const Statistics& before) {
    Json json{{"hooks", now.flavour}};
    for (const StatisticRow& row : statistic_rows()) at(json, row.path) = row.value(now);
    for (const CounterInfo& info : kCounterTable) json["counters"][info.name] = now.counter(info.counter);
    json["events"]["balanced"] = now.balanced();
    put_dropped_by(json["events"], now.writer.dropped);
    for (const SinkStatus& sink : now.writer.sinks) {
        Json& books = json["sinks"][sink.name];
        books["written"] = sink.written;
        books["dropped"] = sum(sink.dropped);
        put_dropped_by(books, sink.dropped);
    }
    json["rates"] = rates(now, before);
    json["resolvers"] = resolvers(now, before);
    return json;
}

} // namespace dnsmon
