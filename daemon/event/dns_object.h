// SPDX-License-Identifier: Apache-2.0
// The part of an ECS event that tells what the DNS message says: "dns":{…}, and what of the message ECS has no place
// for, under "dnsmon". Owned by one EcsEncoder: scratch memory and the public suffix cache are its own.
#pragma once

#include "dns/message.h"
#include "dns/public_suffix.h"
#include "event/event.h"
#include "event/question_json.h"
#include "util/text_buffer.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dnsmon {

class DnsObject {
  public:
    /// `"dns":{…}` without a comma on either side.
    void append(TextBuffer& line, const Event& event);
    /// `,"prerequisites":[…]`, `,"updates":[…]`, `,"questions":[…]`, `,"edns":[…]`, `,"records_omitted":n`: nothing for what is not there. After append().
    void append_rest(TextBuffer& line, const Event& event);

  private:
    /// A name already in the line: most answers' owner is a pointer to the question's name.
    struct WrittenName {
        std::uint32_t wire_offset = 0;
        std::size_t line_offset = 0;
        std::size_t bytes = 0; ///< 0: none yet
    };
    /// A text already in the line.
    struct Written {
        std::size_t line_offset = 0;
        std::size_t bytes = 0;
    };

    void append_name(TextBuffer& line, const char* key, const dns::Message& message, std::uint32_t wire_offset);
    void append_first_question(TextBuffer& line, const Event& event);
    void append_question(TextBuffer& line, const Event& event, const dns::Question& question, bool with_domains);
    void append_flags(TextBuffer& line, const dns::Message& message);
    void append_section(TextBuffer& line, const Event& event, dns::Section section, std::string_view key);
    void append_update(TextBuffer& line, const Event& event);
    bool append_owner(TextBuffer& line, const Event& event, const dns::Record& record);
    void append_record(TextBuffer& line, const Event& event, const dns::Record& record);
    void append_resolved(TextBuffer& line);
    void append_opt(TextBuffer& line, const dns::Message& message);
    void append_options(TextBuffer& line, const Event& event);
    void append_scratch(TextBuffer& line);

    std::string scratch_; ///< what dns/text.h appends to
    PublicSuffix public_suffix_;
    QuestionJson questions_;
    std::size_t start_ = 0; ///< where the object begins in the buffer
    WrittenName name_;
    std::vector<Written> resolved_;
    std::uint64_t omitted_ = 0;
};

} // namespace dnsmon
