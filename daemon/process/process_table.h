// SPDX-License-Identifier: Apache-2.0
// ProcessDetails by (pid, program image): read from /proc when first asked for, kept bounded, least recently used out
// first. The loop thread asks when a packet arrives (the client still waits for its answer), the exec watcher fills it
// when a program starts; workers share the immutable results.
#pragma once

#include "config/config.h"
#include "process/details.h"
#include "process/owner.h"
#include "process/program_facts.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace dnsmon {

class ProcessTable {
  public:
    ProcessTable(const EnrichConfig& config, std::size_t entries, std::string proc_root = "/proc");

    /// Where to ask about processes that are gone. Before the first find().
    void set_program_reader(ReadProgram reader) { read_program_ = std::move(reader); }
    /// Details read for other settings are forgotten: `config` may ask for what they lack, or not want what they have.
    void reconfigure(const EnrichConfig& config);
    /// Never a wrong process: when /proc shows another start time than `owner.start_ns`, the pid was reused and only
    /// what the kernel said is known: without a program reader nothing (nullptr), as when the process was gone before.
    /// When the process has started another program since it sent, what exec() changes (executable, command line) is
    /// left out. What its control group says (unit, container, session) is of the one that it sent in. `now_ns`: any
    /// clock that does not go back; says when an owner without a start time is checked again. Loop thread, as reconfigure().
    [[nodiscard]] ProcessDetailsPtr find(const Owner& owner, std::int64_t now_ns);
    /// `pid` has just started a program: reads its details now, while it certainly lives.
    void note_exec(std::uint32_t pid, std::int64_t now_ns);
    [[nodiscard]] std::uint64_t reads() const { return reads_; }
    [[nodiscard]] std::uint64_t gone() const { return gone_; } ///< processes that were gone when first asked for
    [[nodiscard]] std::size_t size() const; ///< any thread

  private:
    struct Key {
        std::uint32_t pid = 0;
        std::uint64_t image = 0; ///< Owner::image; 0: asked without, the latest program
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const {
            return static_cast<std::size_t>(key.image * 0x9e3779b97f4a7c15ULL) + key.pid; // golden ratio: spreads the bits
        }
    };
    struct Entry {
        Key key;
        std::uint64_t start_ticks = 0; ///< /proc's clock; 0: gone before it was read
        std::int64_t checked_ns = 0;
        std::uint64_t cgroup_id = 0;   ///< Owner::cgroup_id, of the control group that unit and container are of; 0: not known
        bool completed = false;        ///< the program reader was asked for what /proc did not tell
        ProcessDetailsPtr details;
    };
    using Entries = std::list<Entry>;

    [[nodiscard]] std::optional<Entry> lookup(const Key& key);
    [[nodiscard]] bool still_valid(const Entry& entry, const Owner& owner, std::int64_t now_ns) const;
    [[nodiscard]] EnrichConfig settings() const;
    [[nodiscard]] Entry read(const Owner& owner, std::int64_t now_ns, const EnrichConfig& config);
    void complete(Entry& entry, const Owner& owner, const EnrichConfig& config);
    void move(Entry& entry, const Owner& owner, const EnrichConfig& config);
    void put(Entry entry, const EnrichConfig& config);

    std::size_t capacity_;
    std::string proc_root_;
    ReadProgram read_program_; ///< may be empty
    mutable std::mutex mutex_; ///< guards what follows; not held while /proc is read
    EnrichConfig config_;
    Entries entries_;          ///< most recently used first
    std::unordered_map<Key, Entries::iterator, KeyHash> by_key_;
    std::atomic<std::uint64_t> serials_{0}; ///< ProcessDetails::serial
    std::atomic<std::uint64_t> reads_{0};
    std::atomic<std::uint64_t> gone_{0};
};

} // namespace dnsmon
