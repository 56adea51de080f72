// SPDX-License-Identifier: Apache-2.0
#include "pipeline/ends.h"

namespace dnsmon {
namespace {

/// Without an executable a later reading may know more; without start and image the pid may be another's by then.
bool cannot_change(const End& end) {
    return end.details && !end.details->executable.empty() && end.owner.start_ns != 0 && end.owner.image != 0;
}

} // namespace

const End* Ends::find(const Owner& owner, std::int64_t time_ns, ProcessTable& processes) {
    if (!owner.known()) return nullptr;
    // Threads of one process have ids in a row, so that they do not push each other out.
    Place& place = places_[(owner.pid * 31U + owner.tid) & (kPlaces - 1)];
    const bool same = place.end && place.end->owner == owner;
    if (same && place.settled) return place.end.get();
    auto details = processes.find(owner, time_ns);
    if (same && place.end->details == details) return place.end.get();
    place.end = std::make_shared<const End>(owner, std::move(details));
    place.settled = cannot_change(*place.end);
    return place.end.get();
}

void Ends::clear() {
    for (Place& place : places_) place = {};
}

} // namespace dnsmon
