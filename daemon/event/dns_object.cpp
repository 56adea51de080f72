// SPDX-License-Identifier: Apache-2.0
#include "event/dns_object.h"

#include "dns/edns.h"
#include "dns/registry.h"
#include "dns/text.h"
#include "event/event_text.h"
#include "event/json_append.h"
#include "event/record_text.h"

#include <algorithm>

namespace dnsmon {

namespace {

/// Up to here repeated addresses are found by looking at each, beyond by sorting (hostile answers stay cheap).
constexpr std::size_t kFewAddresses = 32;

/// Opens a list or an object on its first entry, so that an empty one leaves no trace.
class Entries {
  public:
    Entries(TextBuffer& line, char open) : line_(line), next_(open) {}
    void next() {
        line_.put(next_);
        next_ = ',';
    }

  private:
    TextBuffer& line_;
    char next_;
};

/// Where the name at `offset` really begins, when all that stands there is one compression pointer (RFC 1035 4.1.4).
std::uint32_t name_start(const dns::Message& message, std::uint32_t offset) {
    if (std::size_t{offset} + 1 >= message.wire.size() || message.wire[offset] < 0xc0) return offset;
    const auto target = static_cast<std::uint32_t>((message.wire[offset] & 0x3f) << 8 | message.wire[offset + 1]);
    return target < offset ? target : offset; // others are damage, which dns::append_name knows how to show
}

bool is_resolved_address(const dns::Message& message, const dns::Record& record) {
    if (!is_answer(message, record)) return false;
    return (record.type == dns::kTypeA && record.rdata_bytes == 4) ||
           (record.type == dns::kTypeAaaa && record.rdata_bytes == 16);
}

} // namespace

void DnsObject::append_scratch(TextBuffer& line) {
    append_json_string(line, scratch_);
}

/// `"key":"name"`. `key` brings its quotes and colon.
void DnsObject::append_name(TextBuffer& line, const char* key, const dns::Message& message, std::uint32_t wire_offset) {
    const std::uint32_t start = name_start(message, wire_offset);
    if (name_.bytes > 0 && name_.wire_offset == start) {
        line.text(key);
        line.repeat(name_.line_offset, name_.bytes);
        return;
    }
    scratch_.clear();
    dns::append_name(scratch_, message.wire, wire_offset);
    line.text(key);
    name_ = {start, line.size(), 0};
    append_scratch(line);
    name_.bytes = line.size() - name_.line_offset;
}

void DnsObject::append_question(TextBuffer& line, const Event& event, const dns::Question& question, bool with_domains) {
    line.put('{');
    append_name(line, "\"name\":", *event.message, question.name_offset);
    const DomainParts parts = with_domains ? public_suffix_.split(scratch_) : DomainParts{};
    line.literal(",\"type\":");
    scratch_.clear();
    dns::append_type(scratch_, question.type);
    append_scratch(line);
    line.literal(",\"class\":");
    scratch_.clear();
    dns::append_class(scratch_, plain_class(event, question.klass));
    append_scratch(line);
    if (!parts.registered_domain.empty()) {
        line.literal(",\"registered_domain\":");
        append_json_string(line, parts.registered_domain);
    }
    if (!parts.top_level_domain.empty()) {
        line.literal(",\"top_level_domain\":");
        append_json_string(line, parts.top_level_domain);
    }
    if (!parts.subdomain.empty()) {
        line.literal(",\"subdomain\":");
        append_json_string(line, parts.subdomain);
    }
    line.put('}');
}

void DnsObject::append_first_question(TextBuffer& line, const Event& event) {
    const dns::Question& question = event.message->questions.front();
    const std::size_t start = line.size();
    if (const QuestionJson::Text known = questions_.find(*event.message, question); !known.json.empty()) {
        line.text(known.json);
        name_ = {question.name_offset, start + known.name_offset, known.name_bytes};
        return;
    }
    append_question(line, event, question, true);
    questions_.keep({line.view().substr(start), name_.line_offset - start, name_.bytes});
}

void DnsObject::append_flags(TextBuffer& line, const dns::Message& message) {
    const dns::Header& header = message.header;
    const std::size_t start = line.size();
    line.literal(",\"header_flags\":[");
    const std::size_t empty = line.size();
    if (header.aa) line.literal("\"AA\",");
    if (header.tc) line.literal("\"TC\",");
    if (header.rd) line.literal("\"RD\",");
    if (header.ra) line.literal("\"RA\",");
    if (header.ad) line.literal("\"AD\",");
    if (header.cd) line.literal("\"CD\",");
    const auto edns = dns::edns_of(message);
    if (edns && edns->dnssec_ok) line.literal("\"DO\",");
    if (line.size() == empty) {
        line.cut(start);
        return;
    }
    line.cut(line.size() - 1); // the last comma
    line.put(']');
}

/// `"name":"…"`; nothing and false when there is none to be shown.
bool DnsObject::append_owner(TextBuffer& line, const Event& event, const dns::Record& record) {
    constexpr const char* kKey = "\"name\":";
    if (event.records_shown == RecordsShown::kWhole) {
        append_name(line, kKey, *event.message, record.name_offset);
        return true;
    }
    scratch_.clear();
    append_record_name(scratch_, event, record);
    if (scratch_.empty()) return false;
    line.text(kKey);
    append_scratch(line);
    return true;
}

void DnsObject::append_record(TextBuffer& line, const Event& event, const dns::Record& record) {
    const dns::Message& message = *event.message;
    line.put('{');
    if (append_owner(line, event, record)) line.put(',');
    line.literal("\"type\":");
    scratch_.clear();
    dns::append_type(scratch_, record.type);
    append_scratch(line);
    const std::uint16_t klass = plain_class(event, record.klass);
    if (klass == dns::kClassIn) {
        line.literal(",\"class\":\"IN\"");
    } else {
        line.literal(",\"class\":");
        scratch_.clear();
        dns::append_class(scratch_, klass);
        append_scratch(line);
    }
    line.literal(",\"ttl\":");
    line.number(record.ttl);
    scratch_.clear();
    const bool deletes = is_update(message) && record.rdata_bytes == 0; // RFC 2136 2.5.2
    if (!deletes) append_record_data(scratch_, event, record);
    if (!scratch_.empty()) {
        line.literal(",\"data\":");
        const std::size_t data = line.size();
        append_scratch(line);
        const bool address = event.records_shown != RecordsShown::kHashed && is_resolved_address(message, record);
        if (klass == dns::kClassIn && address)
            resolved_.push_back({data, line.size() - data});
    }
    line.put('}');
}

/// `,"key":[…]`, nothing when the section is empty. `key` brings its comma, quotes and colon.
void DnsObject::append_section(TextBuffer& line, const Event& event, dns::Section section, std::string_view key) {
    Entries entries(line, '[');
    bool any = false;
    const auto& records = event.message->records;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].section != section || static_cast<std::int32_t>(i) == event.message->opt) continue;
        if (line.size() - start_ > kMaxLineBytes) {
            ++omitted_;
            continue;
        }
        if (!any) line.text(key);
        any = true;
        entries.next();
        append_record(line, event, records[i]);
    }
    if (any) line.put(']');
}

/// Each address once, in the order of the answer (sorted as text when there are many).
void DnsObject::append_resolved(TextBuffer& line) {
    if (resolved_.empty()) return;
    const auto text = [&](const Written& written) { return line.view(written.line_offset, written.bytes); };
    const auto same = [&](const Written& a, const Written& b) { return text(a) == text(b); };
    auto end = resolved_.begin();
    if (resolved_.size() > kFewAddresses) {
        std::sort(resolved_.begin(), resolved_.end(),
                  [&](const Written& a, const Written& b) { return text(a) < text(b); });
        end = std::unique(resolved_.begin(), resolved_.end(), same);
    } else {
        for (const Written& candidate : resolved_) {
            const auto equal = [&](const Written& kept) { return same(kept, candidate); };
            if (std::none_of(resolved_.begin(), end, equal)) *end++ = candidate;
        }
    }
    line.literal(",\"resolved_ip\":");
    Entries entries(line, '[');
    for (auto it = resolved_.begin(); it != end; ++it) {
        entries.next();
        line.repeat(it->line_offset, it->bytes);
    }
    line.put(']');
}

void DnsObject::append_opt(TextBuffer& line, const dns::Message& message) {
    const auto edns = dns::edns_of(message);
    if (!edns) return;
    line.literal(",\"opt\":{\"version\":\"");
    line.number(edns->version);
    line.literal("\",\"udp_size\":");
    line.number(edns->udp_size);
    if (edns->dnssec_ok) {
        line.literal(",\"do\":true");
    } else {
        line.literal(",\"do\":false");
    }
    if (edns->extended_rcode != 0) {
        line.literal(",\"ext_rcode\":");
        scratch_.clear();
        dns::append_rcode(scratch_, message.full_rcode());
        append_scratch(line);
    }
    line.put('}');
}

/// `[{"code":…,"name":…,"data":…}]`: data is absent from an option without a value.
void DnsObject::append_options(TextBuffer& line, const Event& event) {
    bool any = false;
    dns::for_each_option(*event.message, [&](std::uint16_t code, dns::Bytes value) {
        if (code == dns::kOptionClientSubnet && event.hides_client_subnet) return;
        if (any) {
            line.literal(",{\"code\":");
        } else {
            line.literal(",\"edns\":[{\"code\":");
        }
        any = true;
        line.number(code);
        line.literal(",\"name\":");
        scratch_.clear();
        dns::append_option_name(scratch_, code);
        append_scratch(line);
        scratch_.clear();
        dns::append_option_value(scratch_, code, value);
        if (!scratch_.empty()) {
            line.literal(",\"data\":");
            append_scratch(line);
        }
        line.put('}');
    });
    if (any) line.put(']');
}

void DnsObject::append(TextBuffer& line, const Event& event) {
    const dns::Message& message = *event.message;
    const dns::Header& header = message.header;
    start_ = line.size();
    name_ = {};
    resolved_.clear();
    omitted_ = 0;
    if (header.response) {
        line.literal("\"dns\":{\"type\":\"answer\",\"id\":\"");
    } else {
        line.literal("\"dns\":{\"type\":\"query\",\"id\":\"");
    }
    line.number(header.id);
    line.literal("\",\"op_code\":");
    scratch_.clear();
    dns::append_opcode(scratch_, header.opcode);
    append_scratch(line);
    if (header.response) {
        line.literal(",\"response_code\":");
        scratch_.clear();
        dns::append_rcode(scratch_, message.full_rcode());
        append_scratch(line);
    }
    append_flags(line, message);
    if (!message.questions.empty()) {
        line.literal(",\"question\":");
        append_first_question(line, event);
    }
    const bool update = is_update(message);
    if (!update) {
        line.literal(",\"answers_count\":");
        line.number(header.answers);
        line.literal(",\"authorities_count\":");
        line.number(header.authorities);
    }
    line.literal(",\"additionals_count\":");
    line.number(header.additionals);
    if (!update) {
        append_section(line, event, dns::Section::kAnswer, ",\"answers\":");
        append_section(line, event, dns::Section::kAuthority, ",\"authorities\":");
    }
    append_section(line, event, dns::Section::kAdditional, ",\"additionals\":");
    append_resolved(line);
    append_opt(line, message);
    line.put('}');
}

/// What stands where other messages have answers and authorities (RFC 2136 2.4, 2.5).
void DnsObject::append_update(TextBuffer& line, const Event& event) {
    line.literal(",\"prerequisites_count\":");
    line.number(event.message->header.answers);
    line.literal(",\"updates_count\":");
    line.number(event.message->header.authorities);
    append_section(line, event, dns::Section::kAnswer, ",\"prerequisites\":");
    append_section(line, event, dns::Section::kAuthority, ",\"updates\":");
}

void DnsObject::append_rest(TextBuffer& line, const Event& event) {
    const dns::Message& message = *event.message;
    if (is_update(message)) append_update(line, event);
    if (message.questions.size() > 1) {
        line.literal(",\"questions\":");
        Entries entries(line, '[');
        for (const dns::Question& question : message.questions) {
            if (line.size() - start_ > kMaxLineBytes) {
                ++omitted_;
                continue;
            }
            entries.next();
            append_question(line, event, question, false);
        }
        line.put(']');
    }
    append_options(line, event);
    if (omitted_ > 0) {
        line.literal(",\"records_omitted\":");
        line.number(omitted_);
    }
}

} // namespace dnsmon
