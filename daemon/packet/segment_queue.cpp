// SPDX-License-Identifier: Apache-2.0
#include "packet/segment_queue.h"

#include <algorithm>
#include <utility>

namespace dnsmon {

namespace {

// Of a piece; what many small segments bring to it shares the time of the latest.
constexpr std::size_t kMostArrivals = 64;

void note_arrival(SegmentQueue::Piece& piece, std::int64_t time_ns) {
    auto& arrivals = piece.arrivals;
    if (arrivals.size() < kMostArrivals) {
        arrivals.push_back({piece.bytes.size(), time_ns});
    } else {
        arrivals.back() = {piece.bytes.size(), std::max(arrivals.back().time_ns, time_ns)};
    }
}

} // namespace

void SegmentQueue::insert(std::uint64_t position, std::span<const std::uint8_t> bytes, std::uint32_t missing_bytes,
                          std::int64_t time_ns) {
    const auto first = std::partition_point(pieces_.begin(), pieces_.end(),
                                            [position](const Piece& piece) { return piece.end() <= position; });
    auto index = static_cast<std::size_t>(first - pieces_.begin());
    while (!bytes.empty()) {
        // The hole from `position` to the next piece takes what it has room for.
        const std::uint64_t hole_end = index < pieces_.size() ? pieces_[index].position : ~std::uint64_t{0};
        if (position < hole_end) {
            const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), hole_end - position));
            const bool last = room == bytes.size();
            const std::size_t before = pieces_.size();
            insert_at(index, position, bytes.first(room), last ? missing_bytes : 0, time_ns);
            index += pieces_.size() - before;
            bytes = bytes.subspan(room);
            position += room;
        }
        if (bytes.empty() || index >= pieces_.size()) return;
        const auto covered =
            static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), pieces_[index].end() - position));
        bytes = bytes.subspan(covered);
        position += covered;
        ++index;
    }
}

void SegmentQueue::insert_at(std::size_t index, std::uint64_t position, std::span<const std::uint8_t> bytes,
                             std::uint32_t missing_bytes, std::int64_t time_ns) {
    bytes_ += bytes.size();
    if (index > 0) {
        Piece& before = pieces_[index - 1];
        if (before.end() == position && before.missing_bytes == 0) {
            before.bytes.insert(before.bytes.end(), bytes.begin(), bytes.end());
            before.missing_bytes = missing_bytes;
            note_arrival(before, time_ns);
            return;
        }
    }
    const auto piece = pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(index),
                                      Piece{position, {bytes.begin(), bytes.end()}, {}, missing_bytes});
    note_arrival(*piece, time_ns);
}

SegmentQueue::Piece SegmentQueue::pop_front() {
    Piece piece = std::move(pieces_.front());
    pieces_.erase(pieces_.begin());
    bytes_ -= piece.bytes.size();
    return piece;
}

void SegmentQueue::clear() {
    pieces_ = {};
    bytes_ = 0;
}

} // namespace dnsmon
