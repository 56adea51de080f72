// SPDX-License-Identifier: Apache-2.0
// docs/event-schema.md lists the fields that are emitted: all of them, and no others.
#include "catch.h"
#include "event/encoder.h"
#include "event/journal_fields.h"
#include "event/notice.h"
#include "samples.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

using namespace dnsmon;
using namespace dnsmon::test;
using nlohmann::json;

namespace {

using Fields = std::set<std::string>;

/// First column of the table rows under the heading: "| `field` | …".
Fields listed_under(const std::string& heading) {
    std::ifstream in(DNSMON_SCHEMA_DOC);
    REQUIRE(in.good());
    Fields fields;
    bool here = false;
    for (std::string line; std::getline(in, line);) {
        if (line.rfind("## ", 0) == 0) here = line.substr(3) == heading;
        if (here && line.rfind("| `", 0) == 0) CHECK(fields.insert(line.substr(3, line.find('`', 3) - 3)).second);
    }
    return fields;
}

/// Paths of all leaves; arrays are what their elements are.
void flatten(const json& value, const std::string& path, Fields& fields) {
    if (value.is_object()) {
        for (const auto& [key, inner] : value.items()) flatten(inner, path.empty() ? key : path + "." + key, fields);
    } else if (value.is_array()) {
        for (const auto& inner : value) flatten(inner, path, fields);
    } else {
        fields.insert(path);
    }
}

Fields emitted(Format format) {
    Fields fields;
    const auto encoder = make_encoder(format, {"web-1", {}});
    for (const auto& sample : maximal_samples()) {
        TextBuffer out;
        encoder->append(out, sample->event);
        flatten(json::parse(out.view()), "", fields);
    }
    return fields;
}

} // namespace

TEST_CASE("ecs: the fields listed are the fields emitted") {
    CHECK(emitted(Format::kEcs) == listed_under("ecs: an event about DNS"));
}

TEST_CASE("flat: the keys listed are the keys emitted") {
    CHECK(emitted(Format::kFlat) == listed_under("flat"));
}

TEST_CASE("journald: the fields listed and the flat keys are what an entry has") {
    Fields expected = listed_under("journald");
    expected.merge(listed_under("flat"));
    Fields fields;
    for (const auto& sample : maximal_samples()) {
        TextBuffer out;
        JournalFields().append(out, sample->event, "line\n");
        std::string_view rest = out.view();
        while (!rest.empty()) {
            std::uint32_t bytes = 0;
            std::memcpy(&bytes, rest.data(), sizeof bytes);
            const std::string_view entry = rest.substr(sizeof bytes, bytes);
            fields.emplace(entry.substr(0, entry.find('=')));
            rest.remove_prefix(sizeof bytes + bytes);
        }
    }
    CHECK(fields == expected);
}

TEST_CASE("daemon events are listed") {
    Fields fields;
    for (const auto action : {NoticeAction::kStart, NoticeAction::kStop, NoticeAction::kStats, NoticeAction::kLoss}) {
        Notice notice{action, 1, "web-1", "words", {}, {}};
        if (action == NoticeAction::kLoss) notice.from_ns = notice.to_ns = 1;
        json event = json::parse(encode_notice(Format::kEcs, notice, {{"n", 1}}));
        event["dnsmon"][std::string(to_string(action))] = 1; // its content is the app's
        flatten(event, "", fields);
    }
    CHECK(fields == listed_under("ecs: an event about the daemon"));
}
