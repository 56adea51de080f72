// SPDX-License-Identifier: Apache-2.0
// A decoded DNS message: the header's values, and offsets into the wire bytes for all that is variable.
// Nothing is copied and, once the vectors have grown, nothing is allocated; text is made only when an event is
// written (dns/text.h). The Message is reused from packet to packet by one worker thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace dnsmon::dns {

/// RFC 1035 4.1.1, with RFC 4035 3.2 for AD and CD.
struct Header {
    std::uint16_t id = 0;
    bool response = false; ///< QR
    std::uint8_t opcode = 0;
    bool aa = false, tc = false, rd = false, ra = false, z = false, ad = false, cd = false;
    std::uint8_t rcode = 0; ///< the header's four bits
    std::uint16_t questions = 0, answers = 0, authorities = 0, additionals = 0; ///< as claimed, not as found
};
constexpr std::size_t kHeaderBytes = 12;

struct Question {
    std::uint32_t name_offset = 0;
    std::uint16_t type = 0;
    std::uint16_t klass = 0; ///< mDNS: the top bit is "unicast response wanted" (RFC 6762 5.4)
};

/// UPDATE's are prerequisites, updates and additional data (RFC 2136 2), and its question is the zone.
enum class Section : std::uint8_t { kAnswer, kAuthority, kAdditional };

struct Record {
    std::uint32_t name_offset = 0;
    std::uint32_t ttl = 0;
    std::uint32_t rdata_offset = 0;
    std::uint16_t rdata_bytes = 0;
    std::uint16_t type = 0;
    std::uint16_t klass = 0; ///< mDNS: the top bit is "cache flush" (RFC 6762 10.2)
    Section section = Section::kAnswer;
};

/// What was wrong first. kNone: every counted question and record was there and the message ended with them. After
/// kBadPointer, kNameTooLong, a bit string and kTruncatedOption decoding went on: where such a name or record ends is
/// known. The others stopped it.
enum class DecodeError : std::uint8_t {
    kNone,
    kShortHeader,     ///< fewer than 12 bytes
    kTruncatedName,   ///< a name runs past the end
    kBadPointer,      ///< a compression pointer that does not point backwards
    kNameTooLong,     ///< more than 255 octets (RFC 1035 2.3.4)
    kBadLabelType,    ///< a label of type 01 or 10 (RFC 6891 5), bit strings (RFC 2673) among them
    kTruncatedRecord, ///< a question's or record's fixed part runs past the end
    kTruncatedRdata,  ///< RDLENGTH runs past the end
    kTruncatedOption, ///< an EDNS option runs past the end of the OPT record
    kTrailingBytes,   ///< bytes after the last counted record
};
/// "truncated record" …: the text of dnsmon.decode_error.
[[nodiscard]] const char* to_string(DecodeError error);

struct Message {
    std::span<const std::uint8_t> wire;
    Header header;
    std::vector<Question> questions;
    std::vector<Record> records; ///< all three sections, in the order of the wire
    std::int32_t opt = -1;       ///< index of the OPT pseudo record (RFC 6891) in records, or -1
    DecodeError error = DecodeError::kNone;
    std::uint32_t error_offset = 0; ///< where decoding stopped, in bytes from the start of the message

    /// RCODE with the OPT record's upper eight bits joined (RFC 6891 6.1.3).
    [[nodiscard]] std::uint16_t full_rcode() const;
};

/// Reads all that can be read of `wire` into `out` (reused; its old content is gone). The wire bytes must outlive
/// every use of `out`. Returns false when not even a header was there; a damaged message returns true with
/// `out.error` set and whatever stood before the damage. Work is linear in the size of `wire`.
bool decode(std::span<const std::uint8_t> wire, Message& out);

/// What speaks for bytes being DNS, beside themselves.
enum class Hint : std::uint8_t {
    kNothing,     ///< they have to be right from the first to the last
    kStream,      ///< of a stream on a DNS port, where a message's beginning may be a guess
    kDatagram,    ///< a whole datagram to or from a DNS port
    kCutDatagram, ///< of which the end was not captured
};

/// Is this a DNS message and not something else that uses the port? A header that no DNS software sends (reserved
/// opcode, impossible counts for the size, no readable first name) is not; a datagram on a DNS port is one in spite of its
/// header when all that it counts is there.
[[nodiscard]] bool looks_like_dns(std::span<const std::uint8_t> wire, Hint hint);

/// The beginning of the strict test, without a walk: could the header be DNS, and is there room for what it counts?
[[nodiscard]] bool header_looks_like_dns(std::span<const std::uint8_t> wire);

} // namespace dnsmon::dns
