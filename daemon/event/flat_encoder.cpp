// SPDX-License-Identifier: Apache-2.0
#include "event/flat_encoder.h"

#include "event/flat_fields.h"
#include "event/json_append.h"

namespace dnsmon {

namespace {

/// `"KEY":value,` each.
class JsonFields {
  public:
    explicit JsonFields(TextBuffer& line) : line_(line) {}
    void text(std::string_view key, std::string_view value) {
        put_key(key);
        append_json_string(line_, value);
        line_.put(',');
    }
    void number(std::string_view key, std::uint32_t value) {
        put_key(key);
        line_.number(value);
        line_.put(',');
    }

  private:
    void put_key(std::string_view key) {
        line_.put('"');
        line_.text(key);
        line_.literal("\":");
    }
    TextBuffer& line_;
};

} // namespace

void FlatEncoder::append(TextBuffer& out, const Event& event) {
    const std::size_t start = out.size();
    out.put('{');
    JsonFields fields(out);
    visit_flat_head(event, scratch_, fields);
    visit_flat_question(event, text_, fields);
    const std::size_t before = out.size();
    out.literal("\"DNS_DATA\":[");
    const std::size_t first = out.size();
    visit_answers_data(event, text_, [&](std::string_view data) {
        append_json_string(out, data);
        out.put(',');
        return out.size() - start < kMaxLineBytes;
    });
    if (out.size() == first) {
        out.cut(before);
    } else {
        out.cut(out.size() - 1);
        out.literal("],");
    }
    out.cut(out.size() - 1); // the last comma: DNS_QR is always there
    out.literal("}\n");
}

} // namespace dnsmon
