// SPDX-License-Identifier: Apache-2.0
#include "event/journal_fields.h"

#include "event/flat_fields.h"

#include <cstdint>

namespace dnsmon {

namespace {

constexpr std::uint32_t kPriorityInfo = 6; // LOG_INFO

class JournalEntries {
  public:
    explicit JournalEntries(TextBuffer& line) : line_(line) {}
    void text(std::string_view key, std::string_view value) {
        begin(key);
        line_.text(value);
        end();
    }
    void number(std::string_view key, std::uint32_t value) {
        begin(key);
        line_.number(value);
        end();
    }

  private:
    void begin(std::string_view key) {
        start_ = line_.size();
        (void)line_.room(sizeof(std::uint32_t));
        line_.commit(sizeof(std::uint32_t)); // written by end()
        line_.text(key);
        line_.put('=');
    }
    void end() {
        const auto bytes = static_cast<std::uint32_t>(line_.size() - start_ - sizeof(std::uint32_t));
        line_.patch(start_, &bytes, sizeof bytes);
    }

    TextBuffer& line_;
    std::size_t start_ = 0;
};

std::string_view without_newline(std::string_view line) {
    if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
    return line;
}

void append_message(JournalEntries& entries, std::string_view line, std::uint32_t priority) {
    entries.text("MESSAGE", without_newline(line));
    entries.number("PRIORITY", priority);
    entries.text("SYSLOG_IDENTIFIER", "dnsmon");
}

} // namespace

void JournalFields::append(TextBuffer& out, const Event& event, std::string_view line) {
    if (line.empty()) return;
    JournalEntries entries(out);
    append_message(entries, line, kPriorityInfo);
    // journald would add the process's command line.
    if (event.process && !event.hides_command_line) entries.number("OBJECT_PID", event.process->owner->pid);
    visit_flat_head(event, scratch_, entries);
    visit_flat_question(event, text_, entries);
    std::size_t answers = 0;
    visit_answers_data(event, text_, [&](std::string_view data) {
        entries.text("DNS_DATA", data);
        return ++answers < kMaxJournalAnswers;
    });
}

void append_journal_notice(TextBuffer& out, std::string_view action, int priority, std::string_view line) {
    JournalEntries entries(out);
    append_message(entries, line, static_cast<std::uint32_t>(priority));
    entries.text("EVENT", action);
}

} // namespace dnsmon
