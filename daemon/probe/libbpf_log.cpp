// SPDX-License-Identifier: Apache-2.0
#include "probe/libbpf_log.h"

#include <bpf/libbpf.h>

#include <array>
#include <cstdarg>
#include <cstdio>

namespace dnsmon {

struct LibbpfPrinter {
    // libbpf's callback carries no context, so the log that listens has to be found somewhere; per thread is enough.
    static LibbpfLog*& listener() {
        static thread_local LibbpfLog* current = nullptr;
        return current;
    }

    [[gnu::format(printf, 2, 0)]] static int print(libbpf_print_level level, const char* format, va_list arguments) {
        LibbpfLog* log = listener();
        if (log == nullptr || level != LIBBPF_WARN) return 0;
        std::array<char, 512> text{};
        std::vsnprintf(text.data(), text.size(), format, arguments);
        std::string line(text.data());
        line.resize(line.find_last_not_of(" \n") + 1);
        constexpr std::string_view kPrefix = "libbpf: ";
        if (line.starts_with(kPrefix)) line.erase(0, kPrefix.size());
        // The verifier's log comes as one message of many lines; the error itself has one.
        if (!line.empty() && line.find('\n') == std::string::npos) log->last_warning_ = std::move(line);
        return 0;
    }
};

LibbpfLog::LibbpfLog() : outer_(LibbpfPrinter::listener()) {
    LibbpfPrinter::listener() = this;
    libbpf_set_print(LibbpfPrinter::print);
}

LibbpfLog::~LibbpfLog() { LibbpfPrinter::listener() = outer_; }

} // namespace dnsmon
