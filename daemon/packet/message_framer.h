// SPDX-License-Identifier: Apache-2.0
// The bytes of one TCP direction, in order, -> DNS messages by their two-byte length (RFC 1035 4.2.2). Finds the next
// message again where the start of the stream or bytes inside it were not seen, and recognises streams that are
// something else. Knows no sequence numbers (packet/segment_queue.h) and no flows (packet/tcp_stream.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace dnsmon {

/// One message cut out of a stream. `wire` is valid during the callback only.
struct StreamMessage {
    std::span<const std::uint8_t> wire;
    bool after_gap = false; ///< bytes before this message were lost
    bool truncated = false; ///< the rest of the message was lost, or the stream ended inside it
    std::int64_t time_ns = 0;     ///< when the last of its bytes arrived, whatever had to be waited for before it
    std::uint64_t connection = 0; ///< one number for all that came on one connection of a flow; 0: no stream
};

/// "Could these bytes be a DNS message?" Asked only where a message's beginning is a guess.
using PlausibleMessage = bool (*)(std::span<const std::uint8_t> wire);
using OnMessage = std::function<void(const StreamMessage&)>;

/// Is DNS what this stream should carry, or may it be anything? Then the first message has to be plausible as a whole,
/// and begin where a segment begins, before anything is given.
enum class Expectation : std::uint8_t { kDns, kAnything };

class MessageFramer {
  public:
    explicit MessageFramer(PlausibleMessage plausible, Expectation expectation = Expectation::kDns)
        : plausible_(plausible), expectation_(expectation) {}

    /// Forgets everything. `at_connection_start`: the next byte is the connection's first. `connection`: its messages'.
    void restart(bool at_connection_start, std::uint64_t connection);
    /// The next bytes of the stream: one segment's, or what is left of it, and when it arrived.
    void feed(std::span<const std::uint8_t> data, std::int64_t time_ns, const OnMessage& on_message);
    /// The next `missing` bytes of the stream will never be seen.
    void skip(std::uint64_t missing, const OnMessage& on_message);
    /// The stream is over: what there is of an unfinished message is given as truncated.
    void finish(const OnMessage& on_message);

    [[nodiscard]] bool not_dns() const { return mode_ == Mode::kNotDns; }
    [[nodiscard]] std::size_t bytes_held() const { return held_.size(); }

  private:
    enum class Mode : std::uint8_t {
        kFresh,     ///< at the connection's first byte: it is the first length, if this is DNS
        kSearching, ///< somewhere inside the stream
        kProving,   ///< nothing says that this is DNS yet (Expectation::kAnything)
        kFramed,    ///< where the next length stands is known
        kNotDns,
    };
    enum class Guess : std::uint8_t { kNo, kPartial, kWhole };
    using Bytes = std::span<const std::uint8_t>;
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

    [[nodiscard]] Mode lost() const;
    void prove(Bytes data, const OnMessage& on_message);
    void judge_start(Bytes data, const OnMessage& on_message);
    void search(Bytes data, const OnMessage& on_message);
    [[nodiscard]] bool try_at(Bytes data, std::size_t at, bool at_segment_start, const OnMessage& on_message);
    [[nodiscard]] Guess guess(Bytes data, bool at_segment_start) const;
    void cut(Bytes data, const OnMessage& on_message);
    void enter_frames(Bytes data, const OnMessage& on_message);
    void hold(Bytes data, std::size_t wanted);
    void release();
    void deliver(Bytes wire, bool truncated, std::int64_t time_ns, const OnMessage& on_message);
    [[nodiscard]] bool message_begun() const;

    PlausibleMessage plausible_;
    Expectation expectation_;
    std::uint64_t connection_ = 0;
    Mode mode_ = Mode::kFresh;
    bool after_gap_ = false;
    bool confirmed_ = false;         ///< messages were found: whatever comes, this stream is DNS
    bool candidate_ = false;         ///< searching: held_ begins with what may be a message that is not all there
    std::int64_t fed_ns_ = 0;        ///< of what is fed now
    std::int64_t held_ns_ = kNever;  ///< when the last of what is held arrived
    std::vector<std::uint8_t> held_; ///< kFramed: an unfinished message with its length
    std::size_t wanted_ = 0;         ///< kFresh, kSearching: bytes in held_ before it is worth another look
    std::uint64_t skip_ = 0;         ///< kFramed: rest of a message that lost bytes
    unsigned empty_messages_ = 0;    ///< kFresh: passed over so far
    unsigned proofs_left_ = 0;       ///< kProving: segments whose beginning is worth a look
    std::uint64_t searched_ = 0;     ///< bytes passed over since the search began
};

} // namespace dnsmon
