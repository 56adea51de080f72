// SPDX-License-Identifier: Apache-2.0
// /etc/dnsmon.yaml as plain values: every key with its default (dnsmon.yaml(5) documents each). Nothing here knows
// YAML, files or the system; config/load.h fills it, app/ turns it into running parts.
#pragma once

#include "config/code_range.h"
#include "config/format.h"
#include "config/network.h"
#include "util/siphash.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dnsmon {

enum class Detect : std::uint8_t { kOff, kAnyPort };
enum class HookMode : std::uint8_t { kAuto, kFentry, kKprobe, kCgroup, kNone };
enum class WantedDirection : std::uint8_t { kAny, kIngress, kEgress };
enum class Unattributed : std::uint8_t { kKeep, kDrop };
enum class Privacy : std::uint8_t { kKeep, kHash, kTruncate, kDrop };
enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kCritical, kOff };

struct CaptureConfig {
    std::vector<std::string> interfaces; ///< empty: any
    std::vector<std::string> namespaces; ///< beside the daemon's own: "all", names in /run/netns, paths; empty: none
    std::vector<std::uint16_t> ports{53};
    Detect detect = Detect::kOff;
    bool loopback = true;
    std::uint64_t ring_buffer_bytes = 16U << 20; ///< a power of two, a multiple of the page size
    bool operator==(const CaptureConfig&) const = default;
};

struct HooksConfig {
    HookMode mode = HookMode::kAuto;
    std::uint32_t owners = 65536; ///< entries of the owners map
    bool operator==(const HooksConfig&) const = default;
};

template <typename T>
struct IncludeExclude {
    std::vector<T> include; ///< empty: everything
    std::vector<T> exclude; ///< wins over include
    bool operator==(const IncludeExclude&) const = default;
};

struct FilterConfig {
    bool queries = true;
    bool responses = true;
    std::vector<std::uint16_t> types; ///< empty: all
    IncludeExclude<std::string> names;
    IncludeExclude<std::string> processes;
    IncludeExclude<std::uint32_t> uids;
    IncludeExclude<Network> networks; ///< of either end
    WantedDirection direction = WantedDirection::kAny;
    std::vector<CodeRange> response_codes; ///< empty: all
    Unattributed unattributed = Unattributed::kKeep;
    bool operator==(const FilterConfig&) const = default;
};

struct PairingConfig {
    bool enabled = true;
    std::chrono::milliseconds timeout{5000};
    std::uint32_t entries = 65536; ///< over all workers
    bool operator==(const PairingConfig&) const = default;
};

struct WorkersConfig {
    std::uint32_t threads = 0;  ///< 0: auto
    std::uint32_t queue = 8192; ///< packets per worker
    bool operator==(const WorkersConfig&) const = default;
};

struct EnrichConfig {
    bool executable = true;
    bool command_line = true;
    bool parent = true;
    bool user = true;
    bool unit = true;
    bool container = true;
    bool session = true;
    bool operator==(const EnrichConfig&) const = default;
};

struct PrivacyConfig {
    Privacy command_line = Privacy::kKeep;
    Privacy answers = Privacy::kKeep;
    Privacy client_addresses = Privacy::kKeep;
    std::string key_file;       ///< empty: a random key for each start
    std::optional<HashKey> key; ///< what key_file holds
    [[nodiscard]] bool hashes() const {
        return command_line == Privacy::kHash || answers == Privacy::kHash || client_addresses == Privacy::kHash;
    }
    bool operator==(const PrivacyConfig&) const = default;
};

struct FileConfig {
    bool enabled = false;
    std::string path = "/var/log/dnsmon/events.json";
    std::uint64_t max_size_bytes = 100U << 20; ///< 0: never by size
    std::chrono::seconds rotate_every{0};      ///< 0: never by time
    std::uint32_t max_files = 10;              ///< rotated files kept beside the current one
    bool compress = false;
    std::uint32_t mode = 0640;
    bool operator==(const FileConfig&) const = default;
};

struct OutputConfig {
    Format format = Format::kEcs;
    bool journald = true;
    bool to_stdout = false; ///< output.stdout
    FileConfig file;
    bool operator==(const OutputConfig&) const = default;
};

struct StatsConfig {
    std::chrono::milliseconds interval{60000}; ///< 0: only at stop
    bool operator==(const StatsConfig&) const = default;
};

struct MetricsConfig {
    std::string listen; ///< "127.0.0.1:9153"; empty: off
    bool operator==(const MetricsConfig&) const = default;
};

struct LogConfig {
    LogLevel level = LogLevel::kInfo;
    bool operator==(const LogConfig&) const = default;
};

struct Config {
    CaptureConfig capture;
    HooksConfig hooks;
    FilterConfig filter;
    PairingConfig pairing;
    WorkersConfig workers;
    EnrichConfig enrich;
    PrivacyConfig privacy;
    OutputConfig output;
    StatsConfig stats;
    MetricsConfig metrics;
    LogConfig log;
    bool operator==(const Config&) const = default;
};

} // namespace dnsmon
