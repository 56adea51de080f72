// SPDX-License-Identifier: Apache-2.0
#include "app/statistics_json.h"

#include "app/server_text.h"
#include "app/statistic_table.h"

#include <algorithm>
#include <cmath>
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

/// A second's share of what came since `before`, to a tenth.
Json rates(const Statistics& now, const Statistics& before) {
    const double seconds = static_cast<double>(now.taken_at_ns - before.taken_at_ns) / 1e9;
    const auto rate = [&](std::uint64_t later, std::uint64_t earlier) {
        const double count = later > earlier ? static_cast<double>(later - earlier) : 0.0;
        return seconds > 0 ? std::round(count / seconds * 10) / 10 : 0.0;
    };
    const auto lost = [](const Statistics& s) { return s.dropped() + s.kernel.ring_full; };
    return {{"messages", rate(now.counter(Counter::kMessagesFound), before.counter(Counter::kMessagesFound))},
            {"written", rate(now.writer.written, before.writer.written)},
            {"filtered", rate(now.counter(Counter::kEventsFiltered), before.counter(Counter::kEventsFiltered))},
            {"lost", rate(lost(now), lost(before))}};
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
