// SPDX-License-Identifier: Apache-2.0
// One End for each process as a packet's end, made when it is first seen and used again for its other packets: workers
// get a pointer instead of copies and reference counts. Bounded; a place is taken by whoever came last. Loop thread only.
#pragma once

#include "pipeline/packet_batch.h"
#include "process/process_table.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dnsmon {

class Ends {
  public:
    Ends() : places_(kPlaces) {}
    /// Null: no process is known. Valid until the next find(): kept() keeps it.
    [[nodiscard]] const End* find(const Owner& owner, std::int64_t time_ns, ProcessTable& processes);
    /// What is known of processes is to be asked for again.
    void clear();

  private:
    static constexpr std::size_t kPlaces = 512; // a power of two
    struct Place {
        EndPtr end;
        bool settled = false; ///< its details cannot change any more
    };
    std::vector<Place> places_;
};

} // namespace dnsmon
