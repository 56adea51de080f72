// SPDX-License-Identifier: Apache-2.0
#include "stats/server_latency.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace dnsmon {
namespace {

constexpr std::int64_t kSilentNs = 24LL * 3600 * 1'000'000'000;

std::array<std::uint64_t, 2> words_of(const ServerAddress& server) {
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), server.data(), sizeof words);
    return words;
}

std::size_t hash(const ServerAddress& server) {
    const auto [high, low] = words_of(server);
    const std::uint64_t mixed = (high ^ (low * 0x9e3779b97f4a7c15ULL)) * 0xbf58476d1ce4e5b9ULL;
    return static_cast<std::size_t>(mixed >> 32);
}

/// One thread adds: a load and a store are enough.
void add(std::atomic<std::uint64_t>& count, std::uint64_t n) {
    count.store(count.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

} // namespace

ServerLatency::ServerLatency() : slots_(kMaxServers + 1) {}

void ServerLatency::answered(const ServerAddress& server, std::int64_t time_ns, std::int64_t latency_ns) {
    Slot& slot = slot_of(server, time_ns);
    add(slot.counts[latency_step(latency_ns)], 1);
    add(slot.sum_ns, static_cast<std::uint64_t>(std::max<std::int64_t>(latency_ns, 0)));
}

void ServerLatency::timed_out(const ServerAddress& server, std::int64_t time_ns) {
    add(slot_of(server, time_ns).timeouts, 1);
}

ServerLatency::Slot& ServerLatency::slot_of(const ServerAddress& server, std::int64_t time_ns) {
    const auto words = words_of(server);
    std::size_t at = hash(server) % kIndexEntries;
    for (; index_[at] != 0; at = (at + 1) % kIndexEntries) {
        Slot& slot = slots_[index_[at] - 1U];
        if (slot.address[0].load(std::memory_order_relaxed) != words[0] ||
            slot.address[1].load(std::memory_order_relaxed) != words[1])
            continue;
        slot.last_ns = time_ns;
        return slot;
    }
    Slot* slot = take_slot(time_ns);
    if (slot == nullptr) return slots_[kOther];
    assign(*slot, server);
    slot->last_ns = time_ns;
    rebuild_index();
    return *slot;
}

/// A slot that is free, or whose server was silent for long; nullptr: none.
ServerLatency::Slot* ServerLatency::take_slot(std::int64_t time_ns) {
    if (time_ns < full_until_ns_) return nullptr;
    const auto end = slots_.begin() + kOther;
    const auto unused = std::find_if(slots_.begin(), end, [](const Slot& slot) { return !slot.used; });
    if (unused != end) return &*unused;
    const auto oldest =
        std::min_element(slots_.begin(), end, [](const Slot& a, const Slot& b) { return a.last_ns < b.last_ns; });
    if (time_ns - oldest->last_ns >= kSilentNs) return &*oldest;
    full_until_ns_ = oldest->last_ns + kSilentNs;
    return nullptr;
}

/// Readers see the old server's counts, or the new one's, or that the version is not the same before and after.
void ServerLatency::assign(Slot& slot, const ServerAddress& server) {
    slot.version.fetch_add(1, std::memory_order_seq_cst);
    for (Count& count : slot.counts) count.store(0, std::memory_order_release);
    slot.sum_ns.store(0, std::memory_order_release);
    slot.timeouts.store(0, std::memory_order_release);
    const auto words = words_of(server);
    slot.address[0].store(words[0], std::memory_order_release);
    slot.address[1].store(words[1], std::memory_order_release);
    slot.version.fetch_add(1, std::memory_order_seq_cst);
    slot.used = true;
}

void ServerLatency::rebuild_index() {
    index_.fill(0);
    for (std::size_t i = 0; i < kOther; ++i) {
        if (!slots_[i].used) continue;
        ServerAddress server;
        const std::array<std::uint64_t, 2> words{slots_[i].address[0].load(), slots_[i].address[1].load()};
        std::memcpy(server.data(), words.data(), server.size());
        std::size_t at = hash(server) % kIndexEntries;
        while (index_[at] != 0) at = (at + 1) % kIndexEntries;
        index_[at] = static_cast<std::uint8_t>(i + 1);
    }
}

/// False: it changed hands meanwhile.
bool ServerLatency::read_slot(const Slot& slot, ServerAnswers& out) {
    const std::uint32_t version = slot.version.load(std::memory_order_acquire);
    const auto value = [](const Count& count) { return count.load(std::memory_order_acquire); };
    const std::array<std::uint64_t, 2> words{value(slot.address[0]), value(slot.address[1])};
    std::memcpy(out.server.emplace().data(), words.data(), sizeof words);
    std::transform(slot.counts.begin(), slot.counts.end(), out.latency.counts.begin(), value);
    out.latency.sum_ns = value(slot.sum_ns);
    out.timeouts = value(slot.timeouts);
    return version % 2 == 0 && slot.version.load(std::memory_order_acquire) == version;
}

std::vector<ServerAnswers> ServerLatency::read() const {
    std::vector<ServerAnswers> servers;
    const auto append = [&](const Slot& slot) {
        ServerAnswers& answers = servers.emplace_back();
        while (!read_slot(slot, answers)) {}
    };
    for (std::size_t i = 0; i < kOther; ++i) {
        if (slots_[i].version.load(std::memory_order_acquire) == 0) break; // they are taken in order
        append(slots_[i]);
    }
    append(slots_[kOther]);
    servers.back().server.reset();
    return servers;
}

std::vector<ServerAnswers> merge_servers(const std::vector<std::vector<ServerAnswers>>& workers) {
    std::map<ServerAddress, ServerAnswers> by_server;
    ServerAnswers rest;
    const auto add_to = [](ServerAnswers& sum, const ServerAnswers& part) {
        sum.server = part.server;
        sum.timeouts += part.timeouts;
        sum.latency += part.latency;
    };
    for (const auto& servers : workers)
        for (const ServerAnswers& part : servers) add_to(part.server ? by_server[*part.server] : rest, part);
    std::vector<ServerAnswers> merged;
    merged.reserve(by_server.size() + 1);
    for (const auto& [server, answers] : by_server) merged.push_back(answers);
    if (merged.size() > kMaxServers) {
        const auto busier = [](const ServerAnswers& a, const ServerAnswers& b) {
            return a.latency.total() + a.timeouts > b.latency.total() + b.timeouts;
        };
        std::stable_sort(merged.begin(), merged.end(), busier);
        for (std::size_t i = kMaxServers; i < merged.size(); ++i) {
            merged[i].server.reset();
            add_to(rest, merged[i]);
        }
        merged.resize(kMaxServers);
    }
    rest.server.reset();
    merged.push_back(rest);
    return merged;
}

} // namespace dnsmon
