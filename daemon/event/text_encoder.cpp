// SPDX-License-Identifier: Apache-2.0
#include "event/text_encoder.h"

#include "event/flat_fields.h"
#include "event/json_append.h"

#include <algorithm>

namespace dnsmon {

namespace {

void put_hex_escape(TextBuffer& line, unsigned char byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    line.literal("\\x");
    line.put(digits[byte >> 4]);
    line.put(digits[byte & 0xf]);
}

/// A value that ends at the next space, whatever it holds: spaces, control characters, '\' and invalid UTF-8 as \xHH.
void append_value(TextBuffer& line, std::string_view value) {
    while (!value.empty()) {
        const Utf8Character next = first_character(value);
        const bool plain = next.valid && next.code != ' ' && next.code != '\\' && !is_control(next.code);
        for (const char c : value.substr(0, next.bytes)) {
            if (plain) {
                line.put(c);
            } else {
                put_hex_escape(line, static_cast<unsigned char>(c));
            }
        }
        value.remove_prefix(next.bytes);
    }
}

/// DNS text is printable and has its own escapes (RFC 1035 5.1): only its spaces would break the line's fields.
void append_dns_value(TextBuffer& line, std::string_view value) {
    for (const char c : value) {
        if (c == ' ') {
            put_hex_escape(line, ' ');
        } else {
            line.put(c);
        }
    }
}

/// `KEY=value ` each.
class TextFields {
  public:
    explicit TextFields(TextBuffer& line) : line_(line) {}
    void text(std::string_view key, std::string_view value) {
        put_key(key);
        append_value(line_, value);
        line_.put(' ');
    }
    void dns_text(std::string_view key, std::string_view value) {
        put_key(key);
        append_dns_value(line_, value);
        line_.put(' ');
    }
    void number(std::string_view key, std::uint32_t value) {
        put_key(key);
        line_.number(value);
        line_.put(' ');
    }

  private:
    void put_key(std::string_view key) {
        line_.text(key);
        line_.put('=');
    }
    TextBuffer& line_;
};

} // namespace

TextEncoder::TextEncoder(const EncoderOptions& options) : types_(options.types) {
    std::sort(types_.begin(), types_.end());
}

bool TextEncoder::wanted(std::uint16_t type) const {
    return types_.empty() || std::binary_search(types_.begin(), types_.end(), type);
}

void TextEncoder::append(TextBuffer& out, const Event& event) {
    const dns::Message& message = *event.message;
    const std::size_t start = out.size();
    TextFields fields(out);
    std::size_t head = 0; // bytes of the part that all lines share
    for (const dns::Record& record : message.records) {
        if (!is_answer(message, record) || !wanted(record.type)) continue;
        if (out.size() - start > kMaxLineBytes) break;
        if (head == 0) {
            visit_flat_head(event, scratch_, fields);
            head = out.size() - start;
        } else {
            out.repeat(start, head);
        }
        const std::string_view name = dotted_owner(text_, event, record);
        if (!name.empty()) fields.dns_text("DNS_NAME", name);
        text_.clear();
        dns::append_type(text_, record.type);
        fields.dns_text("DNS_TYPE", text_);
        text_.clear();
        append_record_data(text_, event, record);
        if (!text_.empty()) fields.dns_text("DNS_DATA", text_);
        out.cut(out.size() - 1);
        out.put('\n');
    }
}

} // namespace dnsmon
