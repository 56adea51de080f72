// SPDX-License-Identifier: Apache-2.0
#include "config/fields.h"

#include "config/network.h"
#include "config/patterns.h"
#include "config/quote.h"
#include "config/units.h"
#include "dns/registry.h"

#include <array>
#include <bit>
#include <chrono>
#include <type_traits>

namespace dnsmon {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kTiB = 1ULL << 40;
constexpr milliseconds kDay = 24h;

// The words of each enum, in the enum's order.
constexpr std::array<std::string_view, 2> kDetectWords{"off", "any-port"};
constexpr std::array<std::string_view, 5> kHookWords{"auto", "fentry", "kprobe", "cgroup", "none"};
constexpr std::array<std::string_view, 3> kDirectionWords{"any", "ingress", "egress"};
constexpr std::array<std::string_view, 2> kUnattributedWords{"keep", "drop"};
constexpr std::array<std::string_view, 4> kPrivacyWords{"keep", "hash", "truncate", "drop"};
constexpr std::array<std::string_view, 7> kLogWords{"trace", "debug", "info", "warn", "error", "critical", "off"};
constexpr std::array<std::string_view, 3> kFormatWords{"ecs", "flat", "text"};

template <typename Enum, std::size_t N>
constexpr auto one_of(const std::array<std::string_view, N>& words) {
    return [&words](const YamlNode& node) -> Result<Enum> {
        auto index = to_choice(node, words);
        if (!index) return std::move(index).error();
        return static_cast<Enum>(*index);
    };
}

template <typename Int>
constexpr auto integer(Int lowest, Int highest) {
    return [=](const YamlNode& node) -> Result<Int> {
        auto value = to_integer(node, lowest, highest);
        if (!value) return std::move(value).error();
        return static_cast<Int>(*value);
    };
}

auto duration(milliseconds lowest, milliseconds highest) {
    return [=](const YamlNode& node) { return to_duration(node, lowest, highest); };
}

/// `parse`, with `word` for zero.
template <typename Parse>
auto or_zero(std::string_view word, Parse parse) {
    return [=](const YamlNode& node) -> decltype(parse(node)) {
        using Number = std::remove_cvref_t<decltype(*parse(node))>;
        if (node.scalar == word) return Number{};
        auto value = parse(node);
        if (!value) return Error{std::move(value).error().message + ", or " + std::string(word)};
        return value;
    };
}

auto text(Result<std::string> (*parse)(std::string_view)) {
    return [parse](const YamlNode& node) { return parse(node.scalar); };
}

Result<std::string> interface(const YamlNode& node) {
    if (node.scalar == "any") return Error{"\"any\" stands alone, not in a list"};
    return parse_interface_name(node.scalar);
}

Result<std::string> network_namespace(const YamlNode& node) {
    if (node.scalar == "host" || node.scalar == "all") return Error{dnsmon::quoted(node.scalar) + " stands alone, not in a list"};
    return parse_namespace(node.scalar);
}

/// "all" is kept as a name of its own.
void network_namespaces(const Value& value, std::vector<std::string>& target) {
    if (value.is("all"))
        target = {"all"};
    else
        value.list(target, network_namespace, {"host", 1, 64});
}

Result<Network> network(const YamlNode& node) {
    return parse_network(node.scalar);
}

/// A power of two, hence a multiple of every page size up to the lower bound, as the kernel's ring buffer wants it.
Result<std::uint64_t> ring_buffer_size(const YamlNode& node) {
    auto size = to_size(node, 64 * kKiB, kKiB * kKiB * kKiB);
    if (size && !std::has_single_bit(*size)) {
        return Error{node.scalar + " is not a power of two: take " + format_size(std::bit_floor(*size)) + " or " +
                     format_size(std::bit_ceil(*size))};
    }
    return size;
}

Result<std::uint32_t> file_mode(const YamlNode& node) {
    auto mode = parse_mode(node.scalar);
    if (mode && (*mode & 0600U) != 0600U)
        return Error{dnsmon::quoted(node.scalar) + " keeps the owner from reading or writing"};
    return mode;
}

Result<std::chrono::seconds> rotation_period(const YamlNode& node) {
    auto period = to_duration(node, 1s, 366 * kDay);
    if (!period) return std::move(period).error();
    if (*period % 1s != 0ms) return Error{dnsmon::quoted(node.scalar) + " is not a whole number of seconds"};
    return std::chrono::duration_cast<std::chrono::seconds>(*period);
}

Result<std::uint16_t> record_type(const YamlNode& node) {
    if (const auto type = dns::type_from_name(node.scalar)) return *type;
    return Error{dnsmon::quoted(node.scalar) + " is no record type: write its name, or TYPE and its number, as in TYPE65"};
}

/// "NXDOMAIN", "RCODE3", or two of them with a '-' between.
Result<CodeRange> response_codes(const YamlNode& node) {
    const std::string_view text = node.scalar;
    const auto dash = text.find('-');
    const auto first = dns::rcode_from_name(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : dns::rcode_from_name(text.substr(dash + 1));
    if (!first || !last)
        return Error{dnsmon::quoted(text) + " is no response code: write its name, or RCODE and its number, as in RCODE3; "
                                            "of several the first and the last, as in RCODE16-RCODE23"};
    if (*first > *last) return Error{dnsmon::quoted(text) + " is an empty range: its last code comes before its first"};
    return CodeRange{*first, *last};
}

constexpr auto kPort = integer<std::uint16_t>(1, 65535);
constexpr auto kUid = integer<std::uint32_t>(0, 4294967294U);
constexpr auto kTableEntries = integer<std::uint32_t>(1024, 4194304);
constexpr auto kPrivacyMode = one_of<Privacy>(kPrivacyWords);

constexpr Field kFields[] = {
    {"capture.interfaces",
     [](const Value& v, Config& c) {
         v.list(c.capture.interfaces, interface, {"any", 1, 64});
     }},
    {"capture.namespaces", [](const Value& v, Config& c) { network_namespaces(v, c.capture.namespaces); }},
    {"capture.ports",
     [](const Value& v, Config& c) {
         v.list(c.capture.ports, kPort, {"", 1, 64});
     }},
    {"capture.detect", [](const Value& v, Config& c) { v.scalar(c.capture.detect, one_of<Detect>(kDetectWords)); }},
    {"capture.loopback", [](const Value& v, Config& c) { v.scalar(c.capture.loopback, to_boolean); }},
    {"capture.ring_buffer", [](const Value& v, Config& c) { v.scalar(c.capture.ring_buffer_bytes, ring_buffer_size); }},

    {"hooks.mode", [](const Value& v, Config& c) { v.scalar(c.hooks.mode, one_of<HookMode>(kHookWords)); }},
    {"hooks.owners", [](const Value& v, Config& c) { v.scalar(c.hooks.owners, kTableEntries); }},

    {"filter.queries", [](const Value& v, Config& c) { v.scalar(c.filter.queries, to_boolean); }},
    {"filter.responses", [](const Value& v, Config& c) { v.scalar(c.filter.responses, to_boolean); }},
    {"filter.types",
     [](const Value& v, Config& c) {
         v.list(c.filter.types, record_type, {"all", 1});
     }},
    {"filter.names.include",
     [](const Value& v, Config& c) { v.list(c.filter.names.include, text(parse_name_pattern)); }},
    {"filter.names.exclude",
     [](const Value& v, Config& c) { v.list(c.filter.names.exclude, text(parse_name_pattern)); }},
    {"filter.processes.include",
     [](const Value& v, Config& c) { v.list(c.filter.processes.include, text(parse_process_pattern)); }},
    {"filter.processes.exclude",
     [](const Value& v, Config& c) { v.list(c.filter.processes.exclude, text(parse_process_pattern)); }},
    {"filter.uids.include", [](const Value& v, Config& c) { v.list(c.filter.uids.include, kUid); }},
    {"filter.uids.exclude", [](const Value& v, Config& c) { v.list(c.filter.uids.exclude, kUid); }},
    {"filter.networks.include", [](const Value& v, Config& c) { v.list(c.filter.networks.include, network); }},
    {"filter.networks.exclude", [](const Value& v, Config& c) { v.list(c.filter.networks.exclude, network); }},
    {"filter.direction",
     [](const Value& v, Config& c) { v.scalar(c.filter.direction, one_of<WantedDirection>(kDirectionWords)); }},
    {"filter.response_codes",
     [](const Value& v, Config& c) {
         v.list(c.filter.response_codes, response_codes, {"all", 1});
     }},
    {"filter.unattributed",
     [](const Value& v, Config& c) { v.scalar(c.filter.unattributed, one_of<Unattributed>(kUnattributedWords)); }},

    {"pairing.enabled", [](const Value& v, Config& c) { v.scalar(c.pairing.enabled, to_boolean); }},
    {"pairing.timeout", [](const Value& v, Config& c) { v.scalar(c.pairing.timeout, duration(100ms, 10min)); }},
    {"pairing.entries", [](const Value& v, Config& c) { v.scalar(c.pairing.entries, kTableEntries); }},

    {"workers.threads",
     [](const Value& v, Config& c) { v.scalar(c.workers.threads, or_zero("auto", integer<std::uint32_t>(0, 64))); }},
    {"workers.queue",
     [](const Value& v, Config& c) { v.scalar(c.workers.queue, integer<std::uint32_t>(64, 1048576)); }},

    {"enrich.executable", [](const Value& v, Config& c) { v.scalar(c.enrich.executable, to_boolean); }},
    {"enrich.command_line", [](const Value& v, Config& c) { v.scalar(c.enrich.command_line, to_boolean); }},
    {"enrich.parent", [](const Value& v, Config& c) { v.scalar(c.enrich.parent, to_boolean); }},
    {"enrich.user", [](const Value& v, Config& c) { v.scalar(c.enrich.user, to_boolean); }},
    {"enrich.unit", [](const Value& v, Config& c) { v.scalar(c.enrich.unit, to_boolean); }},
    {"enrich.container", [](const Value& v, Config& c) { v.scalar(c.enrich.container, to_boolean); }},
    {"enrich.session", [](const Value& v, Config& c) { v.scalar(c.enrich.session, to_boolean); }},

    {"privacy.command_line", [](const Value& v, Config& c) { v.scalar(c.privacy.command_line, kPrivacyMode); }},
    {"privacy.answers", [](const Value& v, Config& c) { v.scalar(c.privacy.answers, kPrivacyMode); }},
    {"privacy.client_addresses", [](const Value& v, Config& c) { v.scalar(c.privacy.client_addresses, kPrivacyMode); }},
    {"privacy.key_file", [](const Value& v, Config& c) { v.scalar(c.privacy.key_file, or_zero("random", text(parse_file_path))); }},

    {"output.format", [](const Value& v, Config& c) { v.scalar(c.output.format, one_of<Format>(kFormatWords)); }},
    {"output.journald", [](const Value& v, Config& c) { v.scalar(c.output.journald, to_boolean); }},
    {"output.stdout", [](const Value& v, Config& c) { v.scalar(c.output.to_stdout, to_boolean); }},
    {"output.file.enabled", [](const Value& v, Config& c) { v.scalar(c.output.file.enabled, to_boolean); }},
    {"output.file.path", [](const Value& v, Config& c) { v.scalar(c.output.file.path, text(parse_file_path)); }},
    {"output.file.max_size",
     [](const Value& v, Config& c) {
         const auto size = [](const YamlNode& node) { return to_size(node, 4 * kKiB, 16 * kTiB); };
         v.scalar(c.output.file.max_size_bytes, or_zero("never", size));
     }},
    {"output.file.rotate_every",
     [](const Value& v, Config& c) { v.scalar(c.output.file.rotate_every, or_zero("never", rotation_period)); }},
    {"output.file.max_files",
     [](const Value& v, Config& c) { v.scalar(c.output.file.max_files, integer<std::uint32_t>(1, 10000)); }},
    {"output.file.compress", [](const Value& v, Config& c) { v.scalar(c.output.file.compress, to_boolean); }},
    {"output.file.mode", [](const Value& v, Config& c) { v.scalar(c.output.file.mode, file_mode); }},

    {"stats.interval",
     [](const Value& v, Config& c) { v.scalar(c.stats.interval, or_zero("never", duration(100ms, kDay))); }},

    {"metrics.listen", [](const Value& v, Config& c) { v.scalar(c.metrics.listen, or_zero("off", text(parse_listen_address))); }},

    {"log.level", [](const Value& v, Config& c) { v.scalar(c.log.level, one_of<LogLevel>(kLogWords)); }},
};

} // namespace

std::span<const Field> config_fields() {
    return kFields;
}

} // namespace dnsmon
