// SPDX-License-Identifier: Apache-2.0
#include "event/flat_encoder.h"

#include "event/flat_fields.h"
#include "event/json_append.h"

namespace dnsmon {

namespace {

/// `"KEY":value,` each.
class JsonFields {
  public:
    explicit JsonFields(Line& line) : line_(line) {}
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
    Line& line_;
};

} // namespace

void FlatEncoder::append(std::string& out, const Event& event) {
    line_.clear();
    line_.put('{');
    JsonFields fields(line_);
    visit_flat_head(event, scratch_, fields);
    visit_flat_question(event, text_, fields);
    const std::size_t before = line_.size();
    line_.literal("\"DNS_DATA\":[");
    const std::size_t first = line_.size();
    visit_answers_data(event, text_, [&](std::string_view data) {
        append_json_string(line_, data);
        line_.put(',');
        return line_.size() < kMaxLineBytes;
    });
    if (line_.size() == first) {
        line_.cut(before);
    } else {
        line_.cut(line_.size() - 1);
        line_.literal("],");
    }
    line_.cut(line_.size() - 1); // the last comma: DNS_QR is always there
    line_.literal("}\n");
    out.append(line_.view());
}

} // namespace dnsmon
