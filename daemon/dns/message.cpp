// SPDX-License-Identifier: Apache-2.0
#include "dns/message.h"

#include "dns/dso.h"
#include "dns/edns.h"
#include "dns/name.h"
#include "dns/reader.h"
#include "dns/registry.h"

#include <algorithm>

namespace dnsmon::dns {

namespace {

constexpr std::uint32_t kQuestionFixedBytes = 4; ///< type, class
constexpr std::uint32_t kRecordFixedBytes = 10;  ///< type, class, TTL, RDLENGTH

void decode_header(Bytes wire, Header& header) {
    const std::uint8_t high = wire[2];
    const std::uint8_t low = wire[3];
    header.id = load_u16(&wire[0]);
    header.response = (high & 0x80) != 0;
    header.opcode = (high >> 3) & 0x0f;
    header.aa = (high & 0x04) != 0;
    header.tc = (high & 0x02) != 0;
    header.rd = (high & 0x01) != 0;
    header.ra = (low & 0x80) != 0;
    header.z = (low & 0x40) != 0;
    header.ad = (low & 0x20) != 0;
    header.cd = (low & 0x10) != 0;
    header.rcode = low & 0x0f;
    header.questions = load_u16(&wire[4]);
    header.answers = load_u16(&wire[6]);
    header.authorities = load_u16(&wire[8]);
    header.additionals = load_u16(&wire[10]);
}

/// Walks the sections once. A name that cannot be read but whose end is known costs only itself: its question or
/// record is kept, the damage is noted, and decoding goes on behind it.
class Decoder {
  public:
    explicit Decoder(Message& out) : out_(out), wire_(out.wire), size_(static_cast<std::uint32_t>(wire_.size())) {}

    bool questions() {
        for (unsigned left = out_.header.questions; left > 0; --left) {
            const std::uint32_t name = at_;
            if (!name_and(kQuestionFixedBytes)) return false;
            const std::uint8_t* fixed = &wire_[at_];
            at_ += kQuestionFixedBytes;
            out_.questions.push_back(Question{name, load_u16(fixed), load_u16(fixed + 2)});
        }
        return true;
    }

    bool records(Section section, unsigned count) {
        for (unsigned left = count; left > 0; --left)
            if (!record(section)) return false;
        return true;
    }

    void trailing() {
        if (at_ == size_ || out_.error != DecodeError::kNone) return;
        const Header& h = out_.header;
        const bool dso = h.opcode == kOpcodeDso && (h.questions | h.answers | h.authorities | h.additionals) == 0;
        if (!dso || !dso_tlvs_fit(wire_)) damage(DecodeError::kTrailingBytes, at_);
    }

  private:
    bool record(Section section) {
        const std::uint32_t name = at_;
        if (!name_and(kRecordFixedBytes)) return false;
        const std::uint8_t* fixed = &wire_[at_];
        const std::uint16_t rdata_bytes = load_u16(fixed + 8);
        const std::uint32_t rdata = at_ + kRecordFixedBytes;
        if (rdata_bytes > size_ - rdata) {
            damage(DecodeError::kTruncatedRdata, rdata);
            return false;
        }
        const std::uint16_t type = load_u16(fixed);
        if (type == kTypeOpt && section == Section::kAdditional && out_.opt < 0) {
            out_.opt = static_cast<std::int32_t>(out_.records.size());
            const std::size_t whole = whole_options_bytes(wire_.subspan(rdata, rdata_bytes));
            if (whole < rdata_bytes) damage(DecodeError::kTruncatedOption, rdata + static_cast<std::uint32_t>(whole));
        }
        out_.records.push_back(
            Record{name, load_u32(fixed + 4), rdata, rdata_bytes, type, load_u16(fixed + 2), section});
        at_ = rdata + rdata_bytes;
        return true;
    }

    /// Passes the name at at_; true when `fixed_bytes` follow it.
    bool name_and(std::uint32_t fixed_bytes) {
        if (at_ >= size_) {
            damage(DecodeError::kTruncatedRecord, at_);
            return false;
        }
        const NameScan name = scan_name(wire_, at_, size_);
        at_ = name.end;
        if (name.error != DecodeError::kNone) {
            damage(name.error, name.error_offset);
            if (!name.end_known && !stands_for_root(name)) return false;
        }
        if (fixed_bytes <= size_ - at_) return true;
        damage(DecodeError::kTruncatedRecord, at_);
        return false;
    }

    /// Is the label of an unknown type a root that was damaged? A type and a class that there is follow it; at_ is then
    /// theirs.
    bool stands_for_root(const NameScan& name) {
        if (name.error != DecodeError::kBadLabelType || size_ - name.error_offset < 5) return false;
        at_ = name.error_offset + 1;
        return known_class(load_u16(&wire_[at_ + 2]));
    }

    /// The first damage is the one that is told.
    void damage(DecodeError error, std::uint32_t offset) {
        if (out_.error != DecodeError::kNone) return;
        out_.error = error;
        out_.error_offset = offset;
    }

    Message& out_;
    Bytes wire_;
    std::uint32_t size_;
    std::uint32_t at_ = kHeaderBytes;
};

} // namespace

bool decode(Bytes wire, Message& out) {
    out.wire = wire;
    out.header = Header{};
    out.questions.clear();
    out.records.clear();
    out.opt = -1;
    out.error = DecodeError::kNone;
    out.error_offset = 0;
    if (wire.size() < kHeaderBytes) {
        out.error = DecodeError::kShortHeader;
        out.error_offset = static_cast<std::uint32_t>(wire.size());
        return false;
    }
    decode_header(wire, out.header);
    Decoder decoder(out);
    if (decoder.questions() && decoder.records(Section::kAnswer, out.header.answers) &&
        decoder.records(Section::kAuthority, out.header.authorities) &&
        decoder.records(Section::kAdditional, out.header.additionals))
        decoder.trailing();
    return true;
}

std::uint16_t Message::full_rcode() const {
    if (opt < 0) return header.rcode;
    const std::uint32_t upper = records[static_cast<std::size_t>(opt)].ttl >> 24;
    return static_cast<std::uint16_t>((upper << 4) | header.rcode);
}

const char* to_string(DecodeError error) {
    switch (error) {
    case DecodeError::kNone: return "none";
    case DecodeError::kShortHeader: return "short header";
    case DecodeError::kTruncatedName: return "truncated name";
    case DecodeError::kBadPointer: return "bad compression pointer";
    case DecodeError::kNameTooLong: return "name too long";
    case DecodeError::kBadLabelType: return "bad label type";
    case DecodeError::kTruncatedRecord: return "truncated record";
    case DecodeError::kTruncatedRdata: return "truncated rdata";
    case DecodeError::kTruncatedOption: return "truncated option";
    case DecodeError::kTrailingBytes: return "trailing bytes";
    }
    return "none";
}

} // namespace dnsmon::dns
