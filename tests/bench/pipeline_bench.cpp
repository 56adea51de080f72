// SPDX-License-Identifier: Apache-2.0
// Messages a second on one core from memory: decode, pair, filter and serialise, through a Tracker without threads.
// Prints a markdown table; its numbers are this machine's, so none of them is judged here.
#include "ends.h"
#include "packet_builder.h"
#include "pipeline/tracker.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

constexpr std::size_t kLookups = 1000; ///< different ones, asked over and over
constexpr int kRounds = 400;
constexpr std::int64_t kStart = 1'800'000'000'000'000'000;
constexpr std::size_t kBatchBytes = 256U << 10; // as a worker hands them on

struct Message {
    PacketItem item;
    Bytes wire;
};

Bytes wire_name(std::mt19937& random) {
    static const char* const kSuffixes[] = {"\3com", "\2de", "\3net", "\2co\2uk", "\3org"};
    Bytes out;
    for (const std::size_t length : {std::size_t{3}, 4 + random() % 12}) {
        put8(out, length);
        for (std::size_t i = 0; i < length; ++i) put8(out, 'a' + random() % 26);
    }
    append(out, text(kSuffixes[random() % 5]));
    put8(out, 0);
    return out;
}

Bytes header(std::uint16_t id, std::uint16_t flags, std::size_t answers) {
    Bytes out;
    put16(out, id), put16(out, flags), put16(out, 1), put16(out, answers), put16(out, 0), put16(out, 1);
    return out;
}

Bytes record(std::uint16_t type, const Bytes& rdata) {
    Bytes out;
    put16(out, 0xc00c), put16(out, type), put16(out, 1), put32(out, 300), put16(out, rdata.size());
    append(out, rdata);
    return out;
}

/// Two in three ask for A and are answered with one or two addresses, the others for AAAA; all with EDNS, as stubs do.
void add_lookup(std::vector<Message>& messages, std::mt19937& random, const End* client) {
    const bool v4 = random() % 3 != 0;
    const std::uint16_t type = v4 ? 1 : 28;
    const auto id = static_cast<std::uint16_t>(random());
    Bytes question = wire_name(random);
    put16(question, type), put16(question, 1);
    const Bytes opt{0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0};
    const std::size_t answers = 1 + random() % 2;
    Bytes addresses;
    for (std::size_t i = 0; i < answers; ++i)
        append(addresses, record(type, v4 ? address("192.0.2.77") : address("2001:db8::1:77")));

    Message query;
    query.item.flow.source = {Address::v4(address("192.0.2.7").data()),
                              static_cast<std::uint16_t>(32768 + random() % 28000)};
    query.item.flow.destination = {Address::v4(address("198.51.100.53").data()), 53};
    query.item.direction = Direction::kEgress;
    query.item.sender = client;
    query.wire = join(header(id, 0x0100, 0), question, opt);
    Message response;
    response.item.flow = query.item.flow.reversed();
    response.item.direction = Direction::kIngress;
    response.item.receiver = client;
    response.wire = join(header(id, 0x8180, answers), question, addresses, opt);
    messages.push_back(std::move(query));
    messages.push_back(std::move(response));
}

const End* known_client() {
    Owner owner;
    owner.attribution = Attribution::kExact;
    owner.pid = 4711;
    owner.tid = 4712;
    std::snprintf(owner.process_name.data(), owner.process_name.size(), "curl");
    std::snprintf(owner.thread_name.data(), owner.thread_name.size(), "curl");
    ProcessDetails details;
    details.serial = 1;
    details.pid = 4711;
    details.started_at_ns = kStart;
    details.name = "curl";
    details.executable = "/usr/bin/curl";
    details.command_line = "curl https://www.example.com/";
    details.parent_pid = 4000;
    details.parent_name = "bash";
    details.unit = "session-1.scope";
    return end_of(owner, std::make_shared<const ProcessDetails>(details));
}

double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void measure(const char* name, Format format, const End* client) {
    std::mt19937 random(1);
    std::vector<Message> messages;
    for (std::size_t i = 0; i < kLookups; ++i) add_lookup(messages, random, client);
    TrackerOptions options;
    options.format = format;
    options.encoder.host_name = "web-1";
    std::atomic<std::uint64_t> sequence{1};
    Tracker tracker(options, sequence);
    Batch out;
    std::size_t bytes = 0;
    std::int64_t now = kStart;
    const double start = cpu_seconds();
    for (int round = 0; round < kRounds; ++round) {
        for (Message& message : messages) {
            message.item.time_ns = now += 20'000;
            tracker.handle(message.item, message.wire, out);
            if (out.bytes() < kBatchBytes) continue;
            bytes += out.bytes();
            out.clear();
        }
        tracker.advance(now, out);
    }
    const double seconds = cpu_seconds() - start;
    bytes += out.bytes();
    const double count = static_cast<double>(messages.size()) * kRounds;
    if (tracker.counters().get(Counter::kUnsolicited) + tracker.counters().get(Counter::kDecodeErrors) != 0)
        std::exit(1); // not the load it was meant to be
    std::printf("| %s | %.0f | %.2f | %.0f |\n", name, count / seconds, 1e6 * seconds / count,
                static_cast<double>(bytes) / count);
}

} // namespace

int main() {
    std::puts("| format | messages/s | µs each | bytes a line |\n|---|---:|---:|---:|");
    measure("ecs", Format::kEcs, nullptr);
    measure("ecs, with the process", Format::kEcs, known_client());
    measure("flat", Format::kFlat, nullptr);
    measure("text", Format::kText, nullptr);
    return 0;
}
