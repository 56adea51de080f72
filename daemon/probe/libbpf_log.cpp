// SPDX-License-Identifier: Apache-2.0
#include "probe/libbpf_log.h"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <string>
#include <string_view>

namespace dnsmon {

namespace {

// Of the verifier's log (one message of many lines) the last line that says why; of libbpf's own closing words,
// nothing.
std::string_view telling_line(std::string_view message) {
    constexpr std::string_view kPrefix = "libbpf: ";
    if (message.starts_with(kPrefix)) message.remove_prefix(kPrefix.size());
    for (const std::string_view noise :
         {"failed to load object", "failed to load BPF skeleton", "permission error while running as root",
          "Error in bpf_object__probe_loading", "Failed to bump RLIMIT_MEMLOCK"})
        if (message.starts_with(noise)) return {};
    if (message.find(": failed to load: ") != std::string_view::npos) return {};
    std::string_view telling;
    while (!message.empty()) {
        const std::string_view line = message.substr(0, message.find('\n'));
        message.remove_prefix(std::min(line.size() + 1, message.size()));
        const bool frame = line.empty() || line.starts_with("processed ") || line.starts_with("verification time ") ||
                           line.starts_with("stack depth ") || line.find("-- ") != std::string_view::npos;
        if (!frame) telling = line;
    }
    return telling;
}

} // namespace

struct LibbpfPrinter {
    // libbpf's callback carries no context, so the log that listens has to be found somewhere; per thread is enough.
    static LibbpfLog*& listener() {
        static thread_local LibbpfLog* current = nullptr;
        return current;
    }

    [[gnu::format(printf, 2, 0)]] static int print(libbpf_print_level level, const char* format, va_list arguments) {
        LibbpfLog* log = listener();
        if (log == nullptr || level != LIBBPF_WARN) return 0;
        // Whole, however long: the verifier's reason stands at the end of its log.
        va_list measured;
        va_copy(measured, arguments);
        const int bytes = std::vsnprintf(nullptr, 0, format, measured);
        va_end(measured);
        if (bytes <= 0) return 0;
        std::string text(static_cast<std::size_t>(bytes), '\0');
        std::vsnprintf(text.data(), text.size() + 1, format, arguments);
        const std::string_view line = telling_line(text);
        if (!line.empty()) log->last_warning_ = line;
        return 0;
    }
};

LibbpfLog::LibbpfLog() : outer_(LibbpfPrinter::listener()) {
    LibbpfPrinter::listener() = this;
    libbpf_set_print(LibbpfPrinter::print);
}

LibbpfLog::~LibbpfLog() {
    LibbpfPrinter::listener() = outer_;
}

Error LibbpfLog::explain(std::string_view doing, int code) const {
    Error failure = system_error(doing, code);
    if (!last_warning_.empty()) failure.message += " (" + last_warning_ + ")";
    return failure;
}

} // namespace dnsmon
