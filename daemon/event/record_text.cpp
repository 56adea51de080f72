// SPDX-License-Identifier: Apache-2.0
#include "event/record_text.h"

#include "dns/registry.h"
#include "dns/text.h"
#include "event/ip_text.h"
#include "packet/network_part.h"
#include "util/hex.h"

#include <algorithm>

namespace dnsmon {
namespace {

bool equal_without_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// Is `name` the question's, or one above it? Then it tells nothing that the question does not.
bool is_in_question(const dns::Message& message, std::string_view name) {
    if (name == ".") return true;
    if (message.questions.empty()) return false;
    std::string asked;
    dns::append_name(asked, message.wire, message.questions.front().name_offset);
    if (asked.size() < name.size()) return false;
    const std::string_view tail = std::string_view(asked).substr(asked.size() - name.size());
    const bool whole_labels = asked.size() == name.size() || asked[asked.size() - name.size() - 1] == '.';
    return whole_labels && equal_without_case(tail, name);
}

void replace_by_hash(std::string& out, std::size_t start, const HashKey& key) {
    const std::uint64_t hash = SipHash::hash(key, std::string_view(out).substr(start));
    out.resize(start);
    append_hex(out, hash);
}

/// A and AAAA; false for others, and for those whose length is wrong.
bool append_network(std::string& out, const Event& event, const dns::Record& record) {
    const auto data = event.message->wire.subspan(record.rdata_offset, record.rdata_bytes);
    Address address;
    if (record.type == dns::kTypeA && data.size() == 4)
        address = Address::v4(data.data());
    else if (record.type == dns::kTypeAaaa && data.size() == 16)
        address = Address::v6(data.data());
    else
        return false;
    TextBuffer line;
    append_address(line, network_part(address));
    out.append(line.view());
    return true;
}

} // namespace

bool append_record_name(std::string& out, const Event& event, const dns::Record& record) {
    const std::size_t start = out.size();
    dns::append_name(out, event.message->wire, record.name_offset);
    if (event.records_shown == RecordsShown::kWhole || out.size() == start) return true;
    if (is_in_question(*event.message, std::string_view(out).substr(start))) return true;
    if (event.records_shown == RecordsShown::kHashed)
        replace_by_hash(out, start, *event.hash_key);
    else
        out.resize(start);
    return false;
}

void append_record_data(std::string& out, const Event& event, const dns::Record& record) {
    if (event.records_shown == RecordsShown::kTruncated) {
        append_network(out, event, record);
        return;
    }
    const std::size_t start = out.size();
    dns::append_rdata(out, *event.message, record);
    if (event.records_shown == RecordsShown::kHashed && out.size() != start) replace_by_hash(out, start, *event.hash_key);
}

} // namespace dnsmon
