// SPDX-License-Identifier: Apache-2.0
#include "process/process_table.h"

#include "process/cgroup_path.h"
#include "process/proc_files.h"
#include "util/clock.h"

namespace dnsmon {
namespace {

constexpr std::uint64_t kNanoseconds = 1'000'000'000;
// An owner without a start time (kernels that cannot tell it) is checked against /proc again after this long:
// shorter than any pid space takes to wrap around.
constexpr std::int64_t kRecheckNs = 250'000'000;

/// Wall-clock time of a moment on CLOCK_BOOTTIME.
std::int64_t since_epoch_ns(std::uint64_t boottime_ns) {
    return static_cast<std::int64_t>(boottime_ns) + realtime_ns() - clock_ns(CLOCK_BOOTTIME);
}

/// The audit system knows sessions of all kinds, and which one a process that left it came from.
void read_session(const ProcFiles& files, std::string_view cgroup, ProcessPlace& place) {
    if (const auto login = files.login()) {
        place.session_id = std::to_string(login->session);
        place.session_user_id = std::to_string(login->uid);
        return;
    }
    auto facts = session_facts(cgroup);
    place.session_id = std::move(facts.id);
    place.session_user_id = std::move(facts.user_id);
}

ProcessPlace read_place(const ProcFiles& files, const EnrichConfig& config) {
    ProcessPlace place;
    if (!config.unit && !config.container && !config.session) return place;
    const std::string cgroup = files.cgroup();
    auto facts = cgroup_facts(cgroup);
    if (config.unit) place.unit = std::move(facts.unit);
    if (config.container) {
        place.container_id = std::move(facts.container_id);
        place.container_runtime = std::move(facts.container_runtime);
    }
    if (config.session) read_session(files, cgroup, place);
    return place;
}

} // namespace

ProcessTable::ProcessTable(const EnrichConfig& config, std::size_t entries, std::string proc_root)
    : capacity_(entries), proc_root_(std::move(proc_root)), config_(config) {}

void ProcessTable::reconfigure(const EnrichConfig& config) {
    const std::lock_guard lock(mutex_);
    if (config == config_) return;
    config_ = config;
    by_key_.clear();
    entries_.clear();
}

EnrichConfig ProcessTable::settings() const {
    const std::lock_guard lock(mutex_);
    return config_;
}

bool ProcessTable::still_valid(const Entry& entry, const Owner& owner, std::int64_t now_ns) const {
    // Without an image to tell programs apart: exec() changes the name, so another name means: read again.
    const bool named = owner.image == 0 && entry.details && owner.process_name[0] != '\0';
    if (named && entry.details->name != comm_view(owner.process_name)) return false;
    if (owner.start_ns != 0) return entry.start_ticks == to_ticks(owner.start_ns);
    if (now_ns - entry.checked_ns < kRecheckNs) return true;
    const auto files = ProcFiles::open(proc_root_, owner.pid);
    const auto stat = files ? files->stat() : std::nullopt;
    // Gone since: what was read was this process, nobody else can have taken the pid unseen yet.
    return !stat || stat->start_ticks == entry.start_ticks;
}

ProcessTable::Entry ProcessTable::read(const Owner& owner, std::int64_t now_ns, const EnrichConfig& config) {
    Entry entry{{owner.pid, owner.image}, owner.start_ns != 0 ? to_ticks(owner.start_ns) : 0, now_ns, 0, false, nullptr};
    const auto files = ProcFiles::open(proc_root_, owner.pid);
    const auto stat = files ? files->stat() : std::nullopt;
    const bool same = stat && (owner.start_ns == 0 || stat->start_ticks == entry.start_ticks);
    if (!same) return entry;
    ++reads_;
    entry.start_ticks = stat->start_ticks;
    auto details = std::make_shared<ProcessDetails>();
    details->serial = ++serials_;
    details->pid = owner.pid;
    details->start_ns = owner.start_ns != 0 ? owner.start_ns : stat->start_ticks * (kNanoseconds / ticks_per_second());
    details->started_at_ns = since_epoch_ns(details->start_ns);
    details->name = stat->name;
    details->image = stat->image;
    if (config.executable) details->executable = files->executable();
    if (config.command_line) details->command_line = files->command_line();
    // Read while the process went on: exec() may have come before or in between.
    const auto after = files->stat();
    const std::uint64_t wanted = owner.image != 0 ? owner.image : stat->image;
    if (stat->image != wanted || !after || after->image != wanted) {
        details->executable.clear();
        details->command_line.clear();
        if (owner.image != 0) details->name.clear();
    }
    if (config.parent && stat->parent_pid != 0) {
        details->parent_pid = stat->parent_pid;
        if (const auto parent = ProcFiles::open(proc_root_, stat->parent_pid))
            if (auto parent_stat = parent->stat()) details->parent_name = std::move(parent_stat->name);
    }
    static_cast<ProcessPlace&>(*details) = read_place(*files, config);
    entry.cgroup_id = owner.cgroup_id;
    entry.details = std::move(details);
    return entry;
}

/// It has sent in another control group than the one that was read, or nobody knows which that was. Gone, what was read at
/// exec() is believed, but not what is known to be of another group.
void ProcessTable::move(Entry& entry, const Owner& owner, const EnrichConfig& config) {
    const bool known = entry.cgroup_id != 0;
    entry.cgroup_id = owner.cgroup_id;
    if (!entry.details) return;
    const auto files = ProcFiles::open(proc_root_, owner.pid);
    const auto stat = files ? files->stat() : std::nullopt;
    const bool alive = stat && stat->start_ticks == entry.start_ticks;
    if (!alive && !known) return;
    ProcessPlace place = alive ? read_place(*files, config) : ProcessPlace{};
    if (place == *entry.details) return;
    auto details = std::make_shared<ProcessDetails>(*entry.details);
    static_cast<ProcessPlace&>(*details) = std::move(place);
    details->serial = ++serials_; // no longer what was read first
    entry.details = std::move(details);
}

void ProcessTable::complete(Entry& entry, const Owner& owner, const EnrichConfig& config) {
    entry.completed = true;
    const bool lacks_executable = config.executable && (!entry.details || entry.details->executable.empty());
    const bool lacks_command_line = config.command_line && (!entry.details || entry.details->command_line.empty());
    const bool lacks_parent = config.parent && (!entry.details || entry.details->parent_pid == 0);
    if (!read_program_ || !(lacks_executable || lacks_command_line || lacks_parent)) return;
    auto facts = read_program_(owner);
    if (!facts) return;
    auto details = entry.details ? std::make_shared<ProcessDetails>(*entry.details) : std::make_shared<ProcessDetails>();
    details->serial = ++serials_; // no longer what was read first
    details->pid = owner.pid;
    details->start_ns = owner.start_ns;
    details->started_at_ns = since_epoch_ns(owner.start_ns);
    details->image = owner.image;
    if (details->name.empty()) details->name = comm_view(owner.process_name);
    if (lacks_executable) details->executable = std::move(facts->executable);
    if (lacks_command_line) details->command_line = std::move(facts->command_line);
    if (lacks_parent) {
        details->parent_pid = facts->parent_pid;
        details->parent_name = std::move(facts->parent_name);
    }
    entry.details = std::move(details);
}

std::optional<ProcessTable::Entry> ProcessTable::lookup(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto known = by_key_.find(key);
    if (known == by_key_.end()) return std::nullopt;
    entries_.splice(entries_.begin(), entries_, known->second);
    return *known->second;
}

void ProcessTable::put(Entry entry, const EnrichConfig& config) {
    const std::lock_guard lock(mutex_);
    if (config != config_) return; // changed while /proc was read
    const auto known = by_key_.find(entry.key);
    if (known != by_key_.end()) {
        *known->second = std::move(entry);
        entries_.splice(entries_.begin(), entries_, known->second);
        return;
    }
    if (entries_.size() >= capacity_) {
        by_key_.erase(entries_.back().key);
        entries_.pop_back();
    }
    entries_.push_front(std::move(entry));
    by_key_.emplace(entries_.front().key, entries_.begin());
}

ProcessDetailsPtr ProcessTable::find(const Owner& owner, std::int64_t now_ns) {
    if (!owner.known() || owner.pid == 0) return nullptr;
    const auto known = lookup({owner.pid, owner.image});
    const bool valid = known && still_valid(*known, owner, now_ns);
    const bool moved = valid && owner.cgroup_id != 0 && owner.cgroup_id != known->cgroup_id;
    if (valid && known->completed && !moved) return known->details;
    // A process that exec()ed and is gone keeps nothing of the old program: never a wrong value.
    const EnrichConfig config = settings();
    Entry entry = valid ? *known : read(owner, now_ns, config);
    if (moved) move(entry, owner, config);
    if (!entry.completed) complete(entry, owner, config);
    if (!entry.details) ++gone_;
    auto details = entry.details;
    put(std::move(entry), config);
    return details;
}

void ProcessTable::note_exec(std::uint32_t pid, std::int64_t now_ns) {
    Owner owner;
    owner.pid = pid;
    const EnrichConfig config = settings();
    Entry entry = read(owner, now_ns, config);
    if (!entry.details) return;
    put(entry, config); // for owners whose hooks cannot tell images apart
    entry.key.image = entry.details->image;
    if (entry.key.image != 0) put(std::move(entry), config);
}

std::size_t ProcessTable::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

} // namespace dnsmon
