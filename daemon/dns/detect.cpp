// SPDX-License-Identifier: Apache-2.0
#include "dns/dso.h"
#include "dns/edns.h"
#include "dns/message.h"
#include "dns/name.h"
#include "dns/reader.h"
#include "dns/registry.h"

#include <algorithm>

namespace dnsmon::dns {

namespace {

constexpr std::uint32_t kSmallestQuestion = 5; ///< root, type, class
constexpr std::uint32_t kSmallestRecord = 11;  ///< root, type, class, TTL, RDLENGTH
constexpr unsigned kQueryRecords = 2;          ///< OPT and TSIG: what an ordinary query carries
constexpr unsigned kManyRecords = 512;         ///< more is a number of some other protocol

struct Counts {
    unsigned questions, answers, authorities, additionals;
    explicit Counts(Bytes wire)
        : questions(load_u16(&wire[4])), answers(load_u16(&wire[6])), authorities(load_u16(&wire[8])),
          additionals(load_u16(&wire[10])) {}
    [[nodiscard]] unsigned records() const { return answers + authorities + additionals; }
    [[nodiscard]] bool none() const { return questions + records() == 0; }
    [[nodiscard]] bool fit(std::size_t bytes) const {
        return kHeaderBytes + std::size_t{questions} * kSmallestQuestion + std::size_t{records()} * kSmallestRecord <= bytes;
    }
};

std::uint8_t opcode_of(Bytes wire) {
    return (wire[2] >> 3) & 0x0f;
}
bool is_response(Bytes wire) {
    return (wire[2] & 0x80) != 0;
}

/// The registry names it (not TYPE0, which a row of zeros would be), or it is for private use (RFC 6895 3.1).
bool known_type(std::uint16_t type) {
    return !type_name(type).empty() || (type >= 0xff00 && type <= 0xfffe);
}

/// How much of the first question or record makes sense.
enum class FirstName : std::uint8_t { kDamaged, kReadable, kWithKnownClass };

FirstName first_name(Bytes wire) {
    const auto size = static_cast<std::uint32_t>(wire.size());
    const NameScan name = scan_name(wire, kHeaderBytes, size);
    if (name.error != DecodeError::kNone) return FirstName::kDamaged;
    if (name.end + 4 > size || !known_class(load_u16(&wire[name.end + 2]))) return FirstName::kReadable;
    return FirstName::kWithKnownClass;
}

/// Every count zero: a bare header (FORMERR and the like), a DSO message, or a zeroed something else.
bool empty_is_dns(Bytes wire) {
    if (wire.size() == kHeaderBytes || is_response(wire)) return true;
    return opcode_of(wire) == kOpcodeDso && dso_tlvs_fit(wire);
}

/// RFC 1002 4.2: names of one 32-octet label of 'A' to 'P', or behind it a scope; types NB and NBSTAT in the places of
/// NIMLOC and SRV. A single label of that length is one even where an octet is wrong: no service (RFC 2782) is named so.
bool is_netbios(Bytes wire, std::uint32_t name, std::uint16_t type) {
    if (type != kTypeNimloc && type != kTypeSrv) return false;
    if (wire[name] != 32 || name + 33 >= wire.size()) return false;
    if (wire[name + 33] == 0) return true;
    const Bytes label = wire.subspan(name + 1, 32);
    return std::all_of(label.begin(), label.end(), [](std::uint8_t c) { return c >= 'A' && c <= 'P'; });
}

/// Reads every question and record, believing nothing: for traffic that has no reason to be DNS. A question that is right
/// vouches for the records' types and classes: what odd clients pad with is not in the registry.
class StrictWalk {
  public:
    explicit StrictWalk(Bytes wire) : wire_(wire), size_(static_cast<std::uint32_t>(wire.size())) {}

    bool questions(unsigned count) {
        for (; count > 0; --count) {
            const std::uint32_t name = at_;
            if (!pass_name() || size_ - at_ < 4) return false;
            vouched_ = vouched_ || wire_[name] != 0;
            const std::uint16_t type = load_u16(&wire_[at_]);
            if (type == kTypeOpt || !known_type(type) || !known_class(load_u16(&wire_[at_ + 2]))) return false;
            if (is_netbios(wire_, name, type)) return false;
            at_ += 4;
        }
        return true;
    }

    bool records(unsigned count) {
        for (; count > 0; --count)
            if (!record()) return false;
        return true;
    }

    [[nodiscard]] bool at_end() const { return at_ == size_; }

  private:
    bool pass_name() {
        const NameScan name = scan_name(wire_, at_, size_);
        at_ = name.end;
        return name.error == DecodeError::kNone;
    }

    bool record() {
        const std::uint32_t name = at_;
        if (!pass_name() || size_ - at_ < 10) return false;
        const std::uint16_t type = load_u16(&wire_[at_]);
        const std::uint16_t klass = load_u16(&wire_[at_ + 2]);
        const std::uint16_t rdata_bytes = load_u16(&wire_[at_ + 8]);
        at_ += 10;
        if (rdata_bytes > size_ - at_ || is_netbios(wire_, name, type)) return false;
        // OPT's class is a size (RFC 6891 6.1.2); its owner is the root.
        if (type == kTypeOpt ? wire_[name] != 0 : !vouched_ && !(known_type(type) && known_class(klass))) return false;
        if (klass == kClassIn && !address_fits(type, rdata_bytes)) return false;
        if (type == kTypeOpt && whole_options_bytes(wire_.subspan(at_, rdata_bytes)) != rdata_bytes) return false;
        at_ += rdata_bytes;
        return true;
    }

    /// UPDATE's deletions have no data (RFC 2136 2.5), other addresses have theirs.
    static bool address_fits(std::uint16_t type, std::uint16_t bytes) {
        if (type == kTypeA) return bytes == 4 || bytes == 0;
        if (type == kTypeAaaa) return bytes == 16 || bytes == 0;
        return true;
    }

    Bytes wire_;
    std::uint32_t size_;
    std::uint32_t at_ = kHeaderBytes;
    bool vouched_ = false;
};

/// Does everything that the header counts stand there, whatever it may say?
bool counted_is_there(Bytes wire, const Counts& counts) {
    if (!counts.fit(wire.size())) return false;
    const auto size = static_cast<std::uint32_t>(wire.size());
    std::uint32_t at = kHeaderBytes;
    for (unsigned i = 0; i < counts.questions + counts.records(); ++i) {
        const NameScan name = at < size ? scan_name(wire, at, size) : NameScan{.end_known = false};
        const bool record = i >= counts.questions;
        const std::uint32_t fixed_bytes = record ? 10 : 4;
        if (!name.end_known || size - name.end < fixed_bytes) return false;
        at = name.end + fixed_bytes;
        const std::uint32_t rdata_bytes = record ? load_u16(&wire[at - 2]) : 0;
        if (size - at < rdata_bytes) return false;
        at += rdata_bytes;
    }
    return true;
}

/// Damage is worth an event where all else is as it should be; counts are believed the less, the less is readable.
bool is_plausible(Bytes wire, const Counts& counts) {
    if (opcode_name(opcode_of(wire)).empty()) return false;
    if (counts.none()) return empty_is_dns(wire);
    switch (first_name(wire)) {
    case FirstName::kWithKnownClass: return true; // also a message that was cut behind it
    case FirstName::kReadable:
        return counts.fit(wire.size()) || (counts.questions == 1 && counts.records() <= kManyRecords);
    case FirstName::kDamaged:
        return counts.questions == 1 && (counts.fit(wire.size()) || counts.records() <= kQueryRecords);
    }
    return false;
}

bool datagram_is_dns(Bytes wire, const Counts& counts, bool cut) {
    const bool known_opcode = !opcode_name(opcode_of(wire)).empty();
    // DTLS begins with as many zeros. A header alone is how a server refuses an opcode that it does not know.
    if (counts.none()) return known_opcode || (is_response(wire) && wire.size() == kHeaderBytes);
    if (counted_is_there(wire, counts)) return true;
    if (!cut || !known_opcode || counts.questions > 1 || counts.records() > kManyRecords) return false;
    const NameScan name = scan_name(wire, kHeaderBytes, static_cast<std::uint32_t>(wire.size()));
    return name.error == DecodeError::kTruncatedName;
}

bool strict_header(Bytes wire, const Counts& counts) {
    const std::uint8_t opcode = opcode_of(wire);
    const std::uint8_t rcode = wire[3] & 0x0f;
    const bool z = (wire[3] & 0x40) != 0;
    if (!counts.fit(wire.size()) || z || (opcode != kOpcodeQuery && opcode != kOpcodeNotify && opcode != kOpcodeUpdate)) return false;
    if (is_response(wire)) return !rcode_name(rcode).empty() && counts.questions + counts.answers > 0;
    return rcode == 0 && counts.questions > 0;
}

bool strictly_dns(Bytes wire, const Counts& counts) {
    if (!strict_header(wire, counts)) return false;
    StrictWalk walk(wire);
    return walk.questions(counts.questions) && walk.records(counts.records()) && walk.at_end();
}

} // namespace

bool header_looks_like_dns(Bytes wire) {
    return wire.size() >= kHeaderBytes && strict_header(wire, Counts(wire));
}

bool looks_like_dns(Bytes wire, Hint hint) {
    if (wire.size() < kHeaderBytes) return false;
    const Counts counts(wire);
    if (hint == Hint::kNothing) return strictly_dns(wire, counts);
    if (is_plausible(wire, counts)) return true;
    return hint != Hint::kStream && datagram_is_dns(wire, counts, hint == Hint::kCutDatagram);
}

} // namespace dnsmon::dns
