// SPDX-License-Identifier: Apache-2.0
#include "event/notice.h"

#include "event/timestamp.h"
#include "util/text_buffer.h"

#include <nlohmann/json.hpp>

namespace dnsmon {

namespace {

using Json = nlohmann::ordered_json;

std::string timestamp(std::int64_t time_ns) {
    TextBuffer line;
    Timestamp().append(line, time_ns);
    return std::string(line.view());
}

bool is_nothing(const Json& value) {
    if (value.is_null()) return true;
    return (value.is_string() && value.get_ref<const std::string&>().empty()) ||
           (value.is_structured() && value.empty());
}

/// The value without null, "", [] and {} at any depth (absent means that the key is not there).
Json pruned(const Json& value) {
    if (!value.is_structured()) return value;
    Json kept = value.is_array() ? Json::array() : Json::object();
    for (const auto& [key, inner] : value.items()) {
        Json clean = pruned(inner);
        if (is_nothing(clean)) continue;
        if (kept.is_array()) {
            kept.push_back(std::move(clean));
        } else {
            kept[key] = std::move(clean);
        }
    }
    return kept;
}

/// ECS event.kind, category, type: what Kibana sorts by.
Json classify(NoticeAction action) {
    switch (action) {
    case NoticeAction::kStart: return {{"kind", "event"}, {"category", {"process"}}, {"type", {"start"}}};
    case NoticeAction::kStop: return {{"kind", "event"}, {"category", {"process"}}, {"type", {"end"}}};
    case NoticeAction::kStats: return {{"kind", "metric"}, {"category", {"process"}}, {"type", {"info"}}};
    case NoticeAction::kLoss: break;
    }
    return {{"kind", "event"}, {"category", {"process"}}, {"type", {"info"}}, {"outcome", "failure"}};
}

Json ecs(const Notice& notice, Json data) {
    const std::string action(to_string(notice.action));
    Json event = classify(notice.action);
    event["dataset"] = "dnsmon." + action;
    event["action"] = action;
    if (notice.from_ns) event["start"] = timestamp(*notice.from_ns);
    if (notice.to_ns) event["end"] = timestamp(*notice.to_ns);
    Json line{{"@timestamp", timestamp(notice.time_ns)}, {"ecs", {{"version", "9.4.0"}}}, {"event", std::move(event)}};
    line["host"]["name"] = notice.host_name;
    line["message"] = notice.message;
    line["dnsmon"][action] = std::move(data);
    return pruned(line);
}

Json flat(const Notice& notice, Json data) {
    Json line{{"EVENT", to_string(notice.action)}, {"TIME", timestamp(notice.time_ns)}, {"MESSAGE", notice.message}};
    if (notice.from_ns) line["FROM"] = timestamp(*notice.from_ns);
    if (notice.to_ns) line["TO"] = timestamp(*notice.to_ns);
    line["DATA"] = std::move(data);
    return pruned(line);
}

/// What nlohmann/json writes has no control characters but may have spaces, which end a text value.
std::string text_value(const Json& value) {
    const std::string raw = value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', true);
    std::string escaped;
    for (const char c : raw) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(c);
        if (byte > ' ' && byte < 0x7f && c != '\\') {
            escaped += c;
        } else {
            escaped += {'\\', 'x', digits[byte >> 4], digits[byte & 0xf]};
        }
    }
    return escaped;
}

/// EVENT=stats TIME=… MESSAGE=… then the data's leaves by their path: written.file=12.
std::string text(const Notice& notice, const Json& data) {
    std::string line;
    const auto put = [&line](std::string_view key, const Json& value) {
        line += line.empty() ? "" : " ";
        line.append(key).append("=").append(text_value(value));
    };
    const auto put_leaves = [&put](const auto& self, const std::string& path, const Json& value) -> void {
        if (!value.is_object()) return put(path, value);
        for (const auto& [key, inner] : value.items()) {
            std::string below = path;
            below.append(path.empty() ? "" : ".").append(key);
            self(self, below, inner);
        }
    };
    const Json whole = flat(notice, data);
    for (const auto& [key, value] : whole.items()) {
        if (key == "DATA") {
            put_leaves(put_leaves, "", value);
        } else {
            put(key, value);
        }
    }
    return line;
}

} // namespace

std::string_view to_string(NoticeAction action) {
    switch (action) {
    case NoticeAction::kStart: return "start";
    case NoticeAction::kStop: return "stop";
    case NoticeAction::kStats: return "stats";
    case NoticeAction::kLoss: return "loss";
    }
    return "stats";
}

std::string encode_notice(Format format, const Notice& notice, const nlohmann::json& data) {
    // Bytes that are not UTF-8 (a host's or an interface's name) become U+FFFD instead of an exception.
    constexpr auto replace = Json::error_handler_t::replace;
    switch (format) {
    case Format::kEcs: return ecs(notice, data).dump(-1, ' ', false, replace) + "\n";
    case Format::kFlat: return flat(notice, data).dump(-1, ' ', false, replace) + "\n";
    case Format::kText: return text(notice, data) + "\n";
    }
    return {};
}

} // namespace dnsmon
