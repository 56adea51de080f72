// SPDX-License-Identifier: Apache-2.0
// Any bytes as a configuration file: no crash, no hang; problems are printable and in the file's order; a Config that
// is handed out without problems stays within what dnsmon.yaml(5) promises.
#include "config/load.h"
#include "expect.h"

#include <algorithm>
#include <bit>
#include <cstdint>

using namespace std::chrono_literals;

namespace {

void check_problems(const std::vector<dnsmon::ConfigProblem>& problems) {
    int line = 0;
    for (const auto& problem : problems) {
        FUZZ_EXPECT(problem.line >= line);
        line = problem.line;
        const auto text = problem.to_string();
        FUZZ_EXPECT(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
    }
}

void check_ranges(const dnsmon::Config& config) {
    FUZZ_EXPECT(!config.capture.ports.empty() && config.capture.ports.size() <= 64);
    FUZZ_EXPECT(std::find(config.capture.ports.begin(), config.capture.ports.end(), 0) == config.capture.ports.end());
    FUZZ_EXPECT(config.capture.interfaces.size() <= 64);
    FUZZ_EXPECT(std::has_single_bit(config.capture.ring_buffer_bytes));
    FUZZ_EXPECT(config.capture.ring_buffer_bytes >= 64U << 10 && config.capture.ring_buffer_bytes <= 1U << 30);
    FUZZ_EXPECT(config.hooks.owners >= 1024 && config.pairing.entries >= 1024);
    FUZZ_EXPECT(config.filter.queries || config.filter.responses);
    FUZZ_EXPECT(config.pairing.timeout > 0ms && config.workers.threads <= 64 && config.workers.queue > 0);
    FUZZ_EXPECT(config.output.file.path.starts_with('/') && config.output.file.max_files > 0);
    FUZZ_EXPECT((config.output.file.mode & 07600U) == 0600U);
    FUZZ_EXPECT(config.stats.interval >= 0ms);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto outcome = dnsmon::parse_config({reinterpret_cast<const char*>(data), size}, "fuzz");
    check_problems(outcome.problems);
    if (outcome.ok()) check_ranges(outcome.config);
    return 0;
}
